import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Card, Flex, Form, Input, Select, Table, Tag, Typography } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useSession } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { NextPager } from '@/shared/ui/NextPager';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { IdentityList, StubTag } from './IdentityList';
import { PeopleQuery, type PersonRowData, SubjectNamesQuery } from './peopleQuery';
import { isSearchable, type PeopleSearch, toPeopleVariables } from './peopleSearch';
import { useValueText } from './useValueText';

const route = getRouteApi('/console/people');
const TAGS_SHOWN = 3;

/** Finds people by any of their IDs; without a search it shows the newest. */
export function PeoplePage() {
  const { t } = useTranslation('people');
  const { t: tc } = useTranslation();
  const time = useTime();
  const valueText = useValueText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: PeopleQuery,
    variables: toPeopleVariables(search),
    requestPolicy: 'cache-and-network',
  });
  const people = nodesOf(data?.people);

  const columns: ColumnsType<PersonRowData> = [
    {
      title: t('column.label'),
      key: 'label',
      rowScope: 'row',
      render: (_value, { id, label, stub }) => (
        <Flex gap="small" align="center">
          <Link to="/people/$id" params={{ id }} style={{ overflowWrap: 'anywhere' }}>
            {label || t('untitled')}
          </Link>
          {stub && <StubTag />}
        </Flex>
      ),
    },
    { title: t('column.number'), dataIndex: 'number', width: 110 },
    {
      title: t('column.ids'),
      key: 'ids',
      width: 400,
      render: (_value, { identities }) => <IdentityList identities={identities} />,
    },
    {
      title: t('column.tags'),
      key: 'tags',
      width: 230,
      render: (_value, { tags }) => (
        <Flex gap={4} wrap>
          {tags.slice(0, TAGS_SHOWN).map((tag) => (
            <Tag key={tag.name} style={{ marginInlineEnd: 0, maxWidth: 260, overflow: 'hidden' }}>
              {`${tag.displayName || tag.name}: ${valueText(tag)}`}
            </Tag>
          ))}
          {tags.length > TAGS_SHOWN && (
            <Typography.Text type="secondary">
              {t('moreIds', { count: tags.length - TAGS_SHOWN })}
            </Typography.Text>
          )}
        </Flex>
      ),
    },
    {
      title: t('column.createdAt'),
      dataIndex: 'createdAt',
      width: 168,
      render: (at: string) => time.minute(at),
    },
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('title')}
        description={t('description')}
        path={[tc('nav.section.audience'), tc('nav.group.people')]}
      />
      <Card size="small">
        <PeopleFilters
          search={search}
          onFilter={(next) => void navigate({ search: { ...next, after: undefined } })}
        />
      </Card>
      <Card
        size="small"
        styles={{ body: { padding: 0 } }}
        title={<h2 className="card-title">{t(search.q ? 'found' : 'newest')}</h2>}
      >
        <div style={people.length === 0 ? { padding: 16 } : undefined}>
          <QueryState
            fetching={fetching}
            error={error}
            isEmpty={people.length === 0}
            empty={t(search.q ? 'noneFound' : 'none')}
            onRetry={() => refetch({ requestPolicy: 'network-only' })}
          >
            <Table<PersonRowData>
              rowKey="id"
              size="middle"
              columns={columns}
              dataSource={people}
              pagination={false}
              scroll={{ x: 1080 }}
            />
          </QueryState>
        </div>
      </Card>
      <NextPager
        pageInfo={data?.people.pageInfo}
        after={search.after}
        onPage={(after) => void navigate({ search: (old) => ({ ...old, after }) })}
      />
    </Flex>
  );
}

interface PeopleFiltersProps {
  search: PeopleSearch;
  onFilter: (search: Pick<PeopleSearch, 'q' | 'subject'>) => void;
}

function PeopleFilters({ search, onFilter }: PeopleFiltersProps) {
  const { t } = useTranslation('people');
  const { me } = useSession();
  const [{ data }] = useQuery({ query: SubjectNamesQuery, pause: !me.project.multiSubject });
  return (
    <search aria-label={t('search.name')}>
      <Form
        key={`${search.q} ${search.subject}`}
        name="people-search"
        layout="inline"
        initialValues={{ q: search.q, subject: search.subject ?? 'user' }}
        onFinish={({ q, subject }: PeopleSearch) =>
          onFilter({ q: q?.trim(), subject: subject === 'user' ? undefined : subject })
        }
      >
        {me.project.multiSubject && (
          <Form.Item name="subject" label={t('search.subject')}>
            <Select
              style={{ width: 150 }}
              options={[
                { value: 'user', label: t('search.user') },
                ...nodesOf(data?.subjects).map(({ code, name }) => ({ value: code, label: name })),
              ]}
            />
          </Form.Item>
        )}
        <Form.Item
          name="q"
          label={t('search.id')}
          validateTrigger="onSubmit"
          rules={[
            {
              validator: async (_rule, value?: string) => {
                if (!isSearchable(value ?? '')) throw new Error(t('search.short'));
              },
            },
          ]}
        >
          <Input
            allowClear
            maxLength={256}
            placeholder={t('search.idHint')}
            style={{ width: 420, maxWidth: '100%' }}
          />
        </Form.Item>
        <Flex gap="small">
          <Button type="primary" htmlType="submit">
            {t('search.submit')}
          </Button>
          <Button onClick={() => onFilter({})}>{t('search.reset')}</Button>
        </Flex>
      </Form>
    </search>
  );
}
