import { PlusOutlined } from '@ant-design/icons';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Card, Flex, Form, Select, Table, Tooltip } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { CursorPager } from '@/shared/ui/CursorPager';
import { LinkButton } from '@/shared/ui/LinkButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { usePulse } from '../stream/usePulse';
import { IMPORT_TONE, type ImportData, ImportListQuery, isOpen } from './importQueries';
import { type ImportSearch, toImportVariables } from './importSearch';
import { IMPORT_KINDS, IMPORT_STATUSES } from './importWords';

const route = getRouteApi('/console/data/imports');
const EVERY_MS = 3000;

/** Every file that was brought in, and what became of its rows. */
export function ImportListPage() {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const time = useTime();
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: ImportListQuery,
    variables: toImportVariables(search),
  });
  const imports = nodesOf(data?.imports);
  const isMoving = imports.some(({ status }) => isOpen(status));
  usePulse(EVERY_MS, isMoving, () => refetch({ requestPolicy: 'network-only' }));

  const count = (value: number) => value.toLocaleString();
  const columns: ColumnsType<ImportData> = [
    {
      title: t('imports.file'),
      key: 'file',
      rowScope: 'row',
      render: (_value, { id, fileName }) => (
        <Link to="/data/imports/$id" params={{ id }}>
          {fileName}
        </Link>
      ),
    },
    {
      title: t('imports.kind'),
      key: 'kind',
      width: 190,
      render: (_value, { kind, table }) =>
        table
          ? `${t(`importKind.${kind}`)} · ${table.displayName || table.name}`
          : t(`importKind.${kind}`),
    },
    {
      title: t('imports.status'),
      key: 'status',
      width: 100,
      render: (_value, { status }) => (
        <StatusTag tone={IMPORT_TONE[status]}>{t(`importStatus.${status}`)}</StatusTag>
      ),
    },
    { title: t('imports.rows'), dataIndex: 'rows', align: 'end', width: 100, render: count },
    { title: t('imports.stored'), dataIndex: 'stored', align: 'end', width: 100, render: count },
    {
      title: t('imports.duplicate'),
      dataIndex: 'duplicate',
      align: 'end',
      width: 90,
      render: count,
    },
    { title: t('imports.refused'), dataIndex: 'refused', align: 'end', width: 90, render: count },
    {
      title: t('imports.createdAt'),
      dataIndex: 'createdAt',
      width: 150,
      render: (at: string) => time.minute(at),
    },
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('imports.title')}
        description={t('imports.description')}
        path={[tc('nav.section.data'), tc('nav.group.intake')]}
        actions={
          can('data.import') ? (
            <LinkButton
              look="primary"
              icon={<PlusOutlined aria-hidden />}
              to="/data/imports/new"
              search={{}}
            >
              {t('imports.create')}
            </LinkButton>
          ) : (
            <Tooltip title={t('needsImport')}>
              <LinkButton disabled to="/data/imports/new" search={{}}>
                {t('imports.create')}
              </LinkButton>
            </Tooltip>
          )
        }
      />
      <Card size="small">
        <search aria-label={t('filter.name')}>
          <Form<ImportSearch>
            key={`${search.kind} ${search.status?.join()}`}
            name="import-filter"
            layout="inline"
            initialValues={search}
            onValuesChange={(_changed, { kind, status }) =>
              void navigate({ search: { kind, status: status?.length ? status : undefined } })
            }
          >
            <Form.Item name="kind" label={t('imports.kind')}>
              <Select
                allowClear
                placeholder={t('filter.any')}
                style={{ width: 160 }}
                options={IMPORT_KINDS.map((value) => ({ value, label: t(`importKind.${value}`) }))}
              />
            </Form.Item>
            <Form.Item name="status" label={t('imports.status')}>
              <Select
                allowClear
                mode="multiple"
                maxTagCount="responsive"
                placeholder={t('filter.any')}
                style={{ width: 240 }}
                options={IMPORT_STATUSES.map((value) => ({
                  value,
                  label: t(`importStatus.${value}`),
                }))}
              />
            </Form.Item>
          </Form>
        </search>
      </Card>
      <Card size="small" styles={{ body: { padding: imports.length > 0 ? 0 : 16 } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={imports.length === 0}
          empty={t(search.kind || search.status ? 'noneFound' : 'imports.none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<ImportData>
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={imports}
            pagination={false}
            scroll={{ x: 980 }}
          />
        </QueryState>
      </Card>
      {imports.length > 0 && (
        <CursorPager
          pageInfo={data?.imports.pageInfo}
          total={t('total', { count: data?.imports.totalCount ?? 0 })}
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
