import { Link } from '@tanstack/react-router';
import { Button, Flex, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import type { ResultOf } from '@/shared/graphql/graphql';
import { QueryState } from '@/shared/ui/QueryState';
import { SegmentMembersQuery } from './segmentQueries';

type SegmentNode = Extract<
  NonNullable<ResultOf<typeof SegmentMembersQuery>['node']>,
  { __typename: 'Segment' }
>;
type Member = SegmentNode['members']['edges'][number]['node'];

/** A look at who is in the newest version, page by page. */
export function MemberTable({ id }: { id: string }) {
  const { t } = useTranslation('segments');
  const { t: tc } = useTranslation();
  const [pages, setPages] = useState<string[]>([]);
  const after = pages.at(-1) ?? null;
  const [{ data, fetching, error }, refetch] = useQuery({
    query: SegmentMembersQuery,
    variables: { id, after },
    requestPolicy: 'network-only',
  });
  const connection = data?.node?.__typename === 'Segment' ? data.node.members : null;
  const members = (connection?.edges ?? []).map(({ node }) => node);
  const { hasNextPage = false, endCursor = null } = connection?.pageInfo ?? {};
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={members.length === 0}
      empty={t('page.noMembers')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      <Flex vertical gap="small">
        <span className="secondary">{t('page.membersHint')}</span>
        <Table<Member>
          rowKey="id"
          size="small"
          pagination={false}
          loading={fetching}
          dataSource={members}
          aria-label={t('page.members')}
          columns={[
            {
              title: t('page.person'),
              key: 'person',
              rowScope: 'row',
              width: 260,
              render: (_, { id: person, label, number }) => (
                <Link to="/people/$id" params={{ id: person }}>
                  {label || number}
                </Link>
              ),
            },
            {
              title: t('page.ids'),
              key: 'ids',
              render: (_, { identities }) => (
                <span className="mono-id" style={{ overflowWrap: 'anywhere' }}>
                  {identities
                    .slice(0, 4)
                    .map(({ typeName, value }) => `${typeName}: ${value}`)
                    .join('  ')}
                </span>
              ),
            },
          ]}
        />
        {(pages.length > 0 || hasNextPage) && (
          <Flex gap="small">
            <Button
              size="small"
              disabled={pages.length === 0}
              onClick={() => setPages(pages.slice(0, -1))}
            >
              {tc('pager.previous')}
            </Button>
            <Button
              size="small"
              disabled={!hasNextPage || !endCursor}
              onClick={() => endCursor && setPages([...pages, endCursor])}
            >
              {tc('pager.next')}
            </Button>
          </Flex>
        )}
      </Flex>
    </QueryState>
  );
}
