import { Badge } from 'antd';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan, useSession } from '@/features/session/session';
import { graphql } from '@/shared/graphql/graphql';
import { waitingFor } from './waitingFor';

const ApprovalCountQuery = graphql(`
  query ApprovalCount($where: ApprovalWhereInput) {
    approvals(first: 1, where: $where) { totalCount }
  }
`);

const EVERY = 30_000;

/** How many approvals wait for the viewer; nothing for people who decide nothing. */
export function ApprovalCount() {
  const { t } = useTranslation();
  const { me } = useSession();
  const decides = useCan()('outreach.task.approve');
  const { id } = me.account;
  const { selfApproval } = me.project;
  const variables = useMemo(
    () => ({ where: waitingFor({ accountId: id, selfApproval }) }),
    [id, selfApproval],
  );
  const [{ data }, refresh] = useQuery({ query: ApprovalCountQuery, variables, pause: !decides });

  useEffect(
    function readAgain() {
      if (!decides) return;
      const timer = window.setInterval(() => {
        if (!document.hidden) refresh({ requestPolicy: 'network-only' });
      }, EVERY);
      return () => window.clearInterval(timer);
    },
    [decides, refresh],
  );

  const count = data?.approvals.totalCount ?? 0;
  if (count === 0) return null;
  return <Badge count={count} color="#cf1322" title={t('nav.waiting', { count })} />;
}
