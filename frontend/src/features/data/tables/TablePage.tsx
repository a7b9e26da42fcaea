import { EditOutlined, ImportOutlined, PlusOutlined } from '@ant-design/icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { App, Button, Card, Descriptions, Flex, Table, Tooltip, Typography } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { useAct } from '@/shared/graphql/useAct';
import { useTime } from '@/shared/time/TimeContext';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { LinkButton } from '@/shared/ui/LinkButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { PropertyTable } from '../properties/PropertyTable';
import { useTell } from '../useTell';
import { DeleteTable, type TableDetail, TableQuery } from './tableQueries';

const TableDrawer = lazy(async () => ({ default: (await import('./TableDrawer')).TableDrawer }));
const PropertyDialog = lazy(async () => ({
  default: (await import('../properties/PropertyDialog')).PropertyDialog,
}));
const route = getRouteApi('/console/data/tables/$id');

/** One detail table: its columns, and a look at its rows. */
export function TablePage() {
  const { t } = useTranslation('data');
  const { id } = route.useParams();
  const [{ data, fetching, error }, refetch] = useQuery({ query: TableQuery, variables: { id } });
  const table = data?.node?.__typename === 'DetailTable' ? data.node : null;
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!table}
      empty={t('tables.notFound')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {table && <TableView table={table} />}
    </QueryState>
  );
}

function TableView({ table }: { table: TableDetail }) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const time = useTime();
  const can = useCan();
  const mayChange = can('data.import');
  const [open, setOpen] = useState<'table' | 'column' | null>(null);
  const close = () => setOpen(null);
  const facts = [
    { key: 'kind', label: t('tables.kind'), children: t(`kind.${table.kind}`) },
    {
      key: 'person',
      label: t('tables.person'),
      children: <span className="mono-id">{`${table.personColumn} → ${table.idType}`}</span>,
    },
    {
      key: 'date',
      label: t('tables.dateColumn'),
      children: <span className="mono-id">{table.dateColumn}</span>,
    },
    { key: 'rows', label: t('tables.rows'), children: table.rows.toLocaleString() },
    { key: 'imported', label: t('tables.importedAt'), children: time.second(table.importedAt) },
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={table.displayName || table.name}
        path={[
          tc('nav.section.data'),
          <Link key="list" to="/data/tables">
            {t('tables.title')}
          </Link>,
        ]}
        beside={
          <Typography.Text type="secondary" className="mono-id">
            {table.name}
          </Typography.Text>
        }
        description={table.description}
        actions={
          mayChange ? (
            <>
              <LinkButton
                look="primary"
                icon={<ImportOutlined aria-hidden />}
                to="/data/imports/new"
                search={{ kind: 'ROWS', table: table.id }}
              >
                {t('tables.import')}
              </LinkButton>
              <Button icon={<EditOutlined aria-hidden />} onClick={() => setOpen('table')}>
                {tc('action.edit')}
              </Button>
              <DeleteButton table={table} />
            </>
          ) : (
            <Tooltip title={t('needsImport')}>
              <Button disabled>{t('tables.import')}</Button>
            </Tooltip>
          )
        }
      />
      <Card size="small">
        <Descriptions size="small" column={{ xs: 1, md: 2, xl: 3 }} items={facts} />
      </Card>
      <Card
        size="small"
        title={<h2 className="card-title">{t('tables.columnsTitle')}</h2>}
        styles={{ body: { padding: 0 } }}
        extra={
          mayChange && (
            <Button
              size="small"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setOpen('column')}
            >
              {t('tables.addColumn')}
            </Button>
          )
        }
      >
        <PropertyTable properties={table.columns} fixed={[table.personColumn, table.dateColumn]} />
      </Card>
      <SampleCard table={table} />
      <Suspense>
        {open === 'table' && <TableDrawer table={table} onClose={close} onSaved={close} />}
        {open === 'column' && <PropertyDialog owner="TABLE" ownerId={table.id} onClose={close} />}
      </Suspense>
    </Flex>
  );
}

function SampleCard({ table }: { table: TableDetail }) {
  const { t } = useTranslation('data');
  const time = useTime();
  const rows = table.sample.map((row, index) => ({ ...row, key: index }));
  const cell = (data: unknown, name: string) => {
    const value = (data as Record<string, unknown> | null)?.[name];
    if (value === null || value === undefined) return '--';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('tables.sample')}</h2>}
      styles={{ body: { padding: rows.length > 0 ? 0 : 16 } }}
    >
      <QueryState
        fetching={false}
        error={undefined}
        isEmpty={rows.length === 0}
        empty={t('tables.noRows')}
        onRetry={() => {}}
      >
        <Table<(typeof rows)[number]>
          size="small"
          dataSource={rows}
          pagination={false}
          scroll={{ x: 'max-content' }}
          columns={[
            {
              title: t('tables.at'),
              dataIndex: 'at',
              render: (at: string) => time.minute(at),
            },
            {
              title: t('tables.who'),
              key: 'who',
              render: (_value, { personId, data }) =>
                personId ? (
                  <Link to="/people/$id" params={{ id: personId }}>
                    {cell(data, table.personColumn) === '--'
                      ? t('tables.openPerson')
                      : cell(data, table.personColumn)}
                  </Link>
                ) : (
                  cell(data, table.personColumn)
                ),
            },
            ...table.columns
              .filter(({ name }) => name !== table.personColumn && name !== table.dateColumn)
              .map(({ name, displayName }) => ({
                title: displayName || name,
                key: name,
                render: (_value: unknown, { data }: (typeof rows)[number]) => cell(data, name),
              })),
          ]}
        />
      </QueryState>
    </Card>
  );
}

function DeleteButton({ table }: { table: TableDetail }) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const tell = useTell();
  const removal = useAct(DeleteTable);

  async function remove() {
    const { fault } = await removal.act({ id: table.id });
    if (fault) return tell(fault);
    void message.success(t('deleted'));
    await navigate({ to: '/data/tables' });
  }

  return (
    <ConfirmButton
      danger
      question={t('tables.remove.question', { name: table.displayName || table.name })}
      consequence={t('tables.remove.consequence', { count: table.rows })}
      onConfirm={remove}
    >
      {tc('action.delete')}
    </ConfirmButton>
  );
}
