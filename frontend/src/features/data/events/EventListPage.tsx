import { getRouteApi, Link } from '@tanstack/react-router';
import { Card, Flex, Table } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { CursorPager } from '@/shared/ui/CursorPager';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { CatalogueFilters } from '../CatalogueFilters';
import { NameCell } from '../NameCell';
import { totalOf } from './dayCounts';
import { EventSwitch } from './EventSwitch';
import { type EventData, EventListQuery } from './eventQueries';
import { toEventVariables } from './eventSearch';
import { Sparkline } from './Sparkline';

const route = getRouteApi('/console/data/events');

/** Every event that ever came in, with how often it comes. */
export function EventListPage() {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const time = useTime();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: EventListQuery,
    variables: toEventVariables(search),
  });
  const events = nodesOf(data?.eventTypes);
  const isFiltered = Boolean(search.q || search.enabled);

  const columns: ColumnsType<EventData> = [
    {
      title: t('events.name'),
      key: 'name',
      rowScope: 'row',
      render: (_value, { id, name, displayName }) => (
        <NameCell name={name} displayName={displayName}>
          {(label) => (
            <Link to="/data/events/$id" params={{ id }}>
              {label}
            </Link>
          )}
        </NameCell>
      ),
    },
    {
      title: t('events.days'),
      key: 'spark',
      width: 190,
      render: (_value, { name, displayName, counts }) => (
        <Sparkline name={displayName || name} counts={counts} />
      ),
    },
    {
      title: t('events.total'),
      key: 'total',
      width: 130,
      align: 'end',
      render: (_value, { counts }) => totalOf(counts).toLocaleString(),
    },
    {
      title: t('events.lastAt'),
      dataIndex: 'lastAt',
      width: 180,
      render: (at: string | null) => time.second(at),
    },
    {
      title: t('events.enabled'),
      key: 'enabled',
      width: 100,
      render: (_value, event) => <EventSwitch event={event} />,
    },
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('events.title')}
        description={t('events.description')}
        path={[tc('nav.section.data'), tc('nav.group.catalogue')]}
      />
      <Card size="small">
        <CatalogueFilters
          name="event-filter"
          search={search}
          onFilter={(next) => void navigate({ search: next })}
        />
      </Card>
      <Card size="small" styles={{ body: { padding: events.length > 0 ? 0 : 16 } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={events.length === 0}
          empty={t(isFiltered ? 'noneFound' : 'events.none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<EventData>
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={events}
            pagination={false}
            scroll={{ x: 860 }}
          />
        </QueryState>
      </Card>
      {events.length > 0 && (
        <CursorPager
          pageInfo={data?.eventTypes.pageInfo}
          total={t('total', { count: data?.eventTypes.totalCount ?? 0 })}
          onPage={(cursor) =>
            void navigate({
              search: (old) => ({ ...old, after: undefined, before: undefined, ...cursor }),
            })
          }
        />
      )}
    </Flex>
  );
}
