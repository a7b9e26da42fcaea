import { Alert, Empty, Flex, Skeleton, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { MessageCard } from '@/features/messages/MessageCard';
import { useTime } from '@/shared/time/TimeContext';
import styles from './sandbox.module.css';
import { phonesOf, readMessages, type SandboxMessage } from './sandboxDoor';
import { usePolled } from './usePolled';

/** Newest messages from which the list of people is made. */
const RECENT = 1000;
/** Messages a phone shows. */
const ON_PHONE = 50;

interface PhoneViewProps {
  openid: string | undefined;
  isLive: boolean;
  onLook: (openid: string) => void;
}

/** Who got messages lately, and the phone of one of them. */
export function PhoneView({ openid, isLive, onLook }: PhoneViewProps) {
  const { t } = useTranslation('sandbox');
  const time = useTime();
  const recent = usePolled('recent', () => readMessages(undefined, RECENT), isLive);
  const phones = phonesOf(recent.value?.messages ?? []);
  const person = openid ?? phones[0]?.openid;

  if (recent.failure && !recent.value)
    return <Alert type="error" showIcon title={t('failed')} description={recent.failure} />;
  if (!recent.value) return <Skeleton active />;
  return (
    <div className={styles.columns}>
      <div>
        <Typography.Paragraph type="secondary" role="status">
          {t('received', { count: recent.value.total })}
        </Typography.Paragraph>
        {phones.length === 0 ? (
          <Empty image={null} description={t('nothing')} />
        ) : (
          <ul className={styles.people} aria-label={t('people')}>
            {phones.map((phone) => (
              <li key={phone.openid}>
                <button
                  type="button"
                  className={`${styles.person} ${phone.openid === person ? styles.current : ''}`}
                  aria-current={phone.openid === person}
                  onClick={() => onLook(phone.openid)}
                >
                  <span>{phone.openid}</span>
                  <Typography.Text type="secondary">
                    {t('phoneCount', { count: phone.count, at: time.second(phone.at) })}
                  </Typography.Text>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      {person && <Phone key={person} openid={person} isLive={isLive} />}
    </div>
  );
}

function Phone({ openid, isLive }: { openid: string; isLive: boolean }) {
  const { t } = useTranslation('sandbox');
  const { value } = usePolled(openid, () => readMessages(openid, ON_PHONE), isLive);
  return (
    <section className={styles.phone} aria-label={t('phoneOf', { openid })}>
      {/* Focusable, because what overflows must be scrollable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region */}
      <div className={styles.screen} tabIndex={0}>
        {!value && <Skeleton active />}
        {value?.messages.length === 0 && <Empty image={null} description={t('nothingHere')} />}
        <Flex vertical>
          {value?.messages.map((message) => (
            <ReceivedMessage key={message.seq} message={message} />
          ))}
        </Flex>
      </div>
    </section>
  );
}

function ReceivedMessage({ message }: { message: SandboxMessage }) {
  const { t } = useTranslation('sandbox');
  const time = useTime();
  return (
    <article aria-label={message.title}>
      <p className={styles.time}>{time.second(message.at)}</p>
      <MessageCard
        from={t('from', { appId: message.appId })}
        title={message.title}
        lines={message.lines}
        action={message.page ? t('opens', { page: message.page }) : undefined}
      />
    </article>
  );
}
