import { ClockCircleOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { SessionQuery } from '@/features/session/session';
import { postJson } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';

/** Steps the demo's clock can be moved by, as Go durations. */
const STEPS = ['1m', '10m', '1h', '24h', '72h'] as const;

/** The demo's business time, and buttons that move it forwards. */
export function BusinessClock() {
  const { t } = useTranslation();
  const time = useTime();
  const client = useClient();
  const { message } = App.useApp();
  const { ofFault } = useFaultWords();
  const [now, setNow] = useState(() => time.now());

  useEffect(
    function tick() {
      setNow(time.now());
      const timer = window.setInterval(() => setNow(time.now()), 1000);
      return () => window.clearInterval(timer);
    },
    [time],
  );

  async function advance(step: string) {
    const { fault } = await postJson('/sandbox/clock', { advance: step });
    if (fault) {
      void message.error(ofFault(fault));
      return;
    }
    await client.query(SessionQuery, {}, { requestPolicy: 'network-only' }).toPromise();
    void message.success(t('clock.advanced'));
  }

  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          {
            key: 'steps',
            type: 'group',
            label: t('clock.hint'),
            children: STEPS.map((step) => ({ key: step, label: t(`clock.step.${step}`) })),
          },
        ],
        onClick: ({ key }) => void advance(key),
      }}
    >
      <Button
        icon={<ClockCircleOutlined aria-hidden />}
        aria-label={t('clock.name', { now: time.second(now.toISOString()) })}
        style={{ fontVariantNumeric: 'tabular-nums' }}
      >
        {time.second(now.toISOString())}
      </Button>
    </Dropdown>
  );
}
