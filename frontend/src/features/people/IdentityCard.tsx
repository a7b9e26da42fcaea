import { Card, Flex, Tooltip, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useIdTypeName } from '@/features/data/ids/useIdTypeName';
import { useTime } from '@/shared/time/TimeContext';
import { StatusTag } from '@/shared/ui/StatusTag';
import styles from './people.module.css';
import type { PersonData } from './personQuery';

/** Every ID of a person, to be copied; those that the channel does not know are marked. */
export function IdentityCard({ identities }: Pick<PersonData, 'identities'>) {
  const { t } = useTranslation('people');
  const time = useTime();
  const idTypeName = useIdTypeName();
  return (
    <Card size="small" title={<h2 className="card-title">{t('person.ids')}</h2>}>
      {identities.length === 0 && (
        <Typography.Text type="secondary">{t('person.noIds')}</Typography.Text>
      )}
      <ul className={styles.identities}>
        {identities.map(({ type, typeName, value, invalid, boundAt }) => (
          <li key={`${type} ${value}`} className={styles.identity}>
            <Flex justify="space-between" gap="small" align="baseline">
              <Typography.Text type="secondary">{idTypeName(type, typeName)}</Typography.Text>
              {invalid ? (
                <Tooltip title={t('person.invalidHint')}>
                  <span>
                    <StatusTag tone="bad">{t('person.invalid')}</StatusTag>
                  </span>
                </Tooltip>
              ) : (
                <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                  {time.minute(boundAt)}
                </Typography.Text>
              )}
            </Flex>
            <Typography.Text
              className="mono-id"
              style={{ overflowWrap: 'anywhere' }}
              copyable={{
                text: value,
                tooltips: [
                  t('person.copy', { type: idTypeName(type, typeName) }),
                  t('person.copied'),
                ],
              }}
            >
              {value}
            </Typography.Text>
          </li>
        ))}
      </ul>
    </Card>
  );
}
