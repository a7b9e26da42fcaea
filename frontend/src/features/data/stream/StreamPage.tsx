import { getRouteApi } from '@tanstack/react-router';
import { Card, Flex, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/shared/ui/PageHeader';
import { LiveStream } from './LiveStream';
import { RefusedList } from './RefusedList';

const route = getRouteApi('/console/data/stream');

/** Events as they come in, and those that were refused. */
export function StreamPage() {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { tab = 'live' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('stream.title')}
        description={t('stream.description')}
        path={[tc('nav.section.data'), tc('nav.group.intake')]}
      />
      <Card size="small" styles={{ body: { paddingBlockStart: 0 } }}>
        <Tabs
          activeKey={tab}
          destroyOnHidden
          onChange={(key) =>
            void navigate({ search: { tab: key === 'refused' ? 'refused' : undefined } })
          }
          items={[
            { key: 'live', label: t('stream.live'), children: <LiveStream /> },
            { key: 'refused', label: t('stream.refusedTab'), children: <RefusedList /> },
          ]}
        />
      </Card>
    </Flex>
  );
}
