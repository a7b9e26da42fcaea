import { getRouteApi } from '@tanstack/react-router';
import { Alert, Card, Flex, Input, Result, Switch, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/features/session/session';
import { PageHeader } from '@/shared/ui/PageHeader';
import { CallLog } from './CallLog';
import { ClockCard } from './ClockCard';
import { PhoneView } from './PhoneView';
import type { SANDBOX_TABS } from './sandboxSearch';

const route = getRouteApi('/console/sandbox');

/** What the demo's stand-in for WeChat did: messages on phones, every call, and the clock. */
export function SandboxPage() {
  const { t } = useTranslation('sandbox');
  const { t: tc } = useTranslation();
  const { server } = useSession();
  const { tab = 'phone', openid } = route.useSearch();
  const navigate = route.useNavigate();
  const [isLive, setIsLive] = useState(true);

  if (!server.demo) return <Result status="404" title={t('notHere')} />;

  function look(person: string | undefined) {
    void navigate({ search: (old) => ({ ...old, openid: person || undefined }) });
  }

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('title')}
        description={t('description')}
        path={[tc('nav.section.demo'), tc('nav.group.demo')]}
        actions={
          <Flex gap="small" align="center" component="label">
            {t('live')}
            <Switch checked={isLive} onChange={setIsLive} aria-label={t('live')} />
          </Flex>
        }
      />
      <ClockCard />
      <Card size="small">
        <Flex vertical gap="small">
          <Input.Search
            key={openid}
            allowClear
            aria-label={t('search')}
            placeholder={t('search')}
            defaultValue={openid}
            onSearch={(value) => look(value.trim())}
            style={{ maxWidth: 480 }}
          />
          {openid && <Alert type="info" showIcon title={t('only', { openid })} />}
          <Tabs
            activeKey={tab}
            onChange={(key) =>
              void navigate({
                search: (old) => ({ ...old, tab: key as (typeof SANDBOX_TABS)[number] }),
              })
            }
            items={[
              {
                key: 'phone',
                label: t('tab.phone'),
                children: <PhoneView openid={openid} isLive={isLive} onLook={look} />,
              },
              {
                key: 'calls',
                label: t('tab.calls'),
                children: <CallLog openid={openid} isLive={isLive} />,
              },
            ]}
          />
        </Flex>
      </Card>
    </Flex>
  );
}
