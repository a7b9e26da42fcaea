import { App, Button, Card, DatePicker, Flex, Typography } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { SessionQuery } from '@/features/session/session';
import { callDoor, postJson } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import { usePolled } from './usePolled';

/** Business time, and the way to any later moment; what falls due on the way runs first. */
export function ClockCard() {
  const { t } = useTranslation('sandbox');
  const time = useTime();
  const client = useClient();
  const { message } = App.useApp();
  const { ofFault } = useFaultWords();
  const [target, setTarget] = useState<Dayjs | null>(null);
  const [isMoving, setIsMoving] = useState(false);
  const clock = usePolled('clock', readClock, !isMoving);

  async function move() {
    if (!target) return;
    setIsMoving(true);
    const { fault } = await postJson('/sandbox/clock', { now: time.fromPicker(target) });
    setIsMoving(false);
    if (fault) {
      void message.error(ofFault(fault));
      return;
    }
    setTarget(null);
    clock.reload();
    void client.query(SessionQuery, {}, { requestPolicy: 'network-only' }).toPromise();
    void message.success(t('clock.moved'));
  }

  return (
    <Card size="small" title={t('clock.title')}>
      <Flex gap="middle" align="center" wrap>
        <Typography.Text role="status">
          {t('clock.now', { now: time.second(clock.value), zone: time.zone })}
        </Typography.Text>
        <DatePicker
          aria-label={t('clock.to')}
          placeholder={t('clock.to')}
          showTime={{ format: 'HH:mm' }}
          format="YYYY-MM-DD HH:mm"
          showNow={false}
          needConfirm={false}
          minDate={dayjs(time.toPicker(time.now()).format('YYYY-MM-DDTHH:mm'))}
          value={target}
          onChange={setTarget}
        />
        <Button disabled={!target} loading={isMoving} onClick={() => void move()}>
          {t('clock.move')}
        </Button>
        <Typography.Text type="secondary">{t('clock.hint')}</Typography.Text>
      </Flex>
    </Card>
  );
}

async function readClock(): Promise<string> {
  const answer = await callDoor('/sandbox/clock', {});
  if (answer.fault) throw new Error(answer.fault.code);
  return String((answer.body as { now?: unknown } | null)?.now ?? '');
}
