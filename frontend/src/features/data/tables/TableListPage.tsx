import { PlusOutlined } from '@ant-design/icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Button, Card, Flex, Form, Input, Table } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { CursorPager } from '@/shared/ui/CursorPager';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { NameCell } from '../NameCell';
import { type TableData, TableListQuery } from './tableQueries';
import { type TableSearch, toTableVariables } from './tableSearch';

const TableDrawer = lazy(async () => ({ default: (await import('./TableDrawer')).TableDrawer }));
const route = getRouteApi('/console/data/tables');

/** Tables of details: orders, visits, cases, each row of one person and one time (R108). */
export function TableListPage() {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const time = useTime();
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = useNavigate();
  const [isCreating, setIsCreating] = useState(false);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: TableListQuery,
    variables: toTableVariables(search),
  });
  const tables = nodesOf(data?.detailTables);

  const columns: ColumnsType<TableData> = [
    {
      title: t('tables.displayName'),
      key: 'name',
      rowScope: 'row',
      render: (_value, { id, name, displayName }) => (
        <NameCell name={name} displayName={displayName}>
          {(label) => (
            <Link to="/data/tables/$id" params={{ id }}>
              {label}
            </Link>
          )}
        </NameCell>
      ),
    },
    {
      title: t('tables.kind'),
      dataIndex: 'kind',
      width: 130,
      render: (kind: TableData['kind']) => t(`kind.${kind}`),
    },
    {
      title: t('tables.person'),
      key: 'person',
      width: 200,
      render: (_value, { personColumn, idType }) => (
        <span className="mono-id">{`${personColumn} → ${idType}`}</span>
      ),
    },
    {
      title: t('tables.dateColumn'),
      dataIndex: 'dateColumn',
      width: 150,
      render: (name: string) => <span className="mono-id">{name}</span>,
    },
    {
      title: t('tables.rows'),
      dataIndex: 'rows',
      width: 120,
      align: 'end',
      render: (rows: number) => rows.toLocaleString(),
    },
    {
      title: t('tables.importedAt'),
      dataIndex: 'importedAt',
      width: 160,
      render: (at: string | null) => time.minute(at),
    },
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('tables.title')}
        description={t('tables.description')}
        path={[tc('nav.section.data'), tc('nav.group.catalogue')]}
        actions={
          can('data.import') && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setIsCreating(true)}
            >
              {t('tables.create')}
            </Button>
          )
        }
      />
      <Card size="small">
        <search aria-label={t('filter.name')}>
          <Form
            key={search.q}
            name="table-filter"
            layout="inline"
            initialValues={search}
            onFinish={({ q }: TableSearch) => void navigate({ search: { q } })}
          >
            <Form.Item name="q" label={t('filter.keyword')}>
              <Input allowClear maxLength={128} style={{ width: 220 }} />
            </Form.Item>
            <Button type="primary" htmlType="submit">
              {t('filter.search')}
            </Button>
          </Form>
        </search>
      </Card>
      <Card size="small" styles={{ body: { padding: tables.length > 0 ? 0 : 16 } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={tables.length === 0}
          empty={t(search.q ? 'noneFound' : 'tables.none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<TableData>
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={tables}
            pagination={false}
            scroll={{ x: 960 }}
          />
        </QueryState>
      </Card>
      {tables.length > 0 && (
        <CursorPager
          pageInfo={data?.detailTables.pageInfo}
          total={t('total', { count: data?.detailTables.totalCount ?? 0 })}
          onPage={(cursor) =>
            void navigate({
              search: (old) => ({ ...old, after: undefined, before: undefined, ...cursor }),
            })
          }
        />
      )}
      {isCreating && (
        <Suspense>
          <TableDrawer
            table={null}
            onClose={() => setIsCreating(false)}
            onSaved={(id) => void go({ to: '/data/tables/$id', params: { id } })}
          />
        </Suspense>
      )}
    </Flex>
  );
}
