import { PlusOutlined } from '@ant-design/icons';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Card, Checkbox, Flex, Form, Input, Result, Select, Table, Typography } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { RuleSentence } from '@/features/rules/RuleSentence';
import { useCan, useSession } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { CursorPager } from '@/shared/ui/CursorPager';
import { LinkButton } from '@/shared/ui/LinkButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { SegmentActions } from './SegmentActions';
import { SegmentState } from './SegmentState';
import { SegmentListQuery, type SegmentRowData } from './segmentQueries';
import {
  isFiltered,
  SEGMENT_STATUSES,
  type SegmentFilter,
  type SegmentSearch,
  toSegmentVariables,
  UPDATE_MODES,
} from './segmentSearch';
import { usePolling } from './usePolling';

const route = getRouteApi('/console/segments');

/** The project's segments (spec §9.1): how large, how fresh, and what went wrong. */
export function SegmentListPage() {
  const { t } = useTranslation('segments');
  const { t: tc } = useTranslation();
  const can = useCan();
  const { me } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: SegmentListQuery,
    variables: toSegmentVariables(search, me.account.id),
  });
  const segments = nodesOf(data?.segments);
  const again = () => refetch({ requestPolicy: 'network-only' });
  usePolling(
    segments.some(({ status }) => status === 'COMPUTING'),
    again,
  );

  if (me.project.audienceSource === 'NONE')
    return <Result status="info" title={t('off.title')} subTitle={t('off.text')} />;

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('title')}
        description={t('description')}
        path={[tc('nav.section.audience'), tc('nav.group.people')]}
        actions={
          can('segment.edit') && (
            <LinkButton look="primary" to="/segments/new" icon={<PlusOutlined aria-hidden />}>
              {t('create')}
            </LinkButton>
          )
        }
      />
      <Card size="small">
        <Filters search={search} onFilter={(next) => void navigate({ search: next })} />
      </Card>
      <Card size="small" styles={{ body: { padding: segments.length > 0 ? 0 : '48px 16px' } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={segments.length === 0}
          empty={t(isFiltered(search) ? 'noneFound' : 'none')}
          onRetry={again}
        >
          <SegmentTable segments={segments} onChanged={again} />
        </QueryState>
      </Card>
      {segments.length > 0 && (
        <CursorPager
          pageInfo={data?.segments.pageInfo}
          total={t('total', { count: data?.segments.totalCount ?? 0 })}
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

interface SegmentTableProps {
  segments: SegmentRowData[];
  onChanged: () => void;
}

function SegmentTable({ segments, onChanged }: SegmentTableProps) {
  const { t } = useTranslation('segments');
  const time = useTime();
  const columns: ColumnsType<SegmentRowData> = [
    {
      title: t('column.name'),
      key: 'name',
      rowScope: 'row',
      render: (_, { id, name, rule }) => (
        <Flex vertical gap={2}>
          <Link to="/segments/$id" params={{ id }}>
            {name}
          </Link>
          <Typography.Text type="secondary" style={{ fontSize: 12 }} ellipsis>
            <RuleSentence rule={rule} />
          </Typography.Text>
        </Flex>
      ),
    },
    {
      title: t('column.size'),
      dataIndex: 'size',
      width: 84,
      align: 'end',
      render: (size: number, { computedAt }) => (computedAt ? size.toLocaleString() : '--'),
    },
    {
      title: t('column.status'),
      key: 'status',
      width: 128,
      render: (_, segment) => <SegmentState segment={segment} />,
    },
    {
      title: t('column.mode'),
      key: 'mode',
      width: 100,
      render: (_, { updateMode, dailyAt }) =>
        updateMode === 'DAILY' ? t('mode.dailyAt', { at: dailyAt }) : t('mode.ON_DEMAND'),
    },
    {
      title: t('column.computedAt'),
      dataIndex: 'computedAt',
      width: 138,
      render: (at: string | null) => time.minute(at),
    },
    {
      title: t('column.nextAt'),
      dataIndex: 'nextAt',
      width: 138,
      render: (at: string | null) => time.minute(at),
    },
    { title: t('column.creator'), dataIndex: ['creator', 'name'], width: 84 },
    {
      title: t('column.actions'),
      key: 'actions',
      width: 140,
      render: (_, segment) => <SegmentActions segment={segment} onChanged={onChanged} />,
    },
  ];
  return (
    <Table<SegmentRowData>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={segments}
      pagination={false}
      tableLayout="fixed"
      scroll={{ x: 1000 }}
    />
  );
}

interface FiltersProps {
  search: SegmentSearch;
  onFilter: (search: SegmentFilter) => void;
}

interface FilterForm {
  q?: string;
  status?: SegmentFilter['status'];
  mode?: SegmentFilter['mode'];
  scope?: SegmentFilter['scope'];
  mine?: boolean;
}

function Filters({ search, onFilter }: FiltersProps) {
  const { t } = useTranslation('segments');
  const { q, status, mode, scope, mine } = search;
  return (
    <search aria-label={t('filter.name')}>
      <Form<FilterForm>
        key={JSON.stringify([q, status, mode, scope, mine])}
        name="segment-filter"
        layout="inline"
        style={{ rowGap: 8 }}
        initialValues={{ q, status, mode, scope, mine: mine === 'yes' }}
        onFinish={(form) =>
          onFilter({
            q: form.q?.trim() || undefined,
            status: form.status?.length ? form.status : undefined,
            mode: form.mode,
            scope: form.scope,
            mine: form.mine ? 'yes' : undefined,
          })
        }
      >
        <Form.Item name="q" label={t('filter.keyword')}>
          <Input allowClear maxLength={100} style={{ width: 180 }} />
        </Form.Item>
        <Form.Item name="status" label={t('filter.status')}>
          <Select
            allowClear
            mode="multiple"
            placeholder={t('filter.any')}
            style={{ width: 170 }}
            options={SEGMENT_STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="mode" label={t('filter.mode')}>
          <Select
            allowClear
            placeholder={t('filter.any')}
            style={{ width: 120 }}
            options={UPDATE_MODES.map((value) => ({ value, label: t(`mode.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="scope" label={t('filter.listed')}>
          <Select
            allowClear
            placeholder={t('filter.inList')}
            style={{ width: 150 }}
            options={[{ value: 'off', label: t('filter.offList') }]}
          />
        </Form.Item>
        <Form.Item name="mine" valuePropName="checked">
          <Checkbox>{t('filter.mine')}</Checkbox>
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {t('filter.search')}
        </Button>
      </Form>
    </search>
  );
}
