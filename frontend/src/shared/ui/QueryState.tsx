import { Alert, Button, Empty, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CombinedError } from 'urql';
import { faultOf } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';

interface QueryStateProps {
  fetching: boolean;
  error: CombinedError | undefined;
  isEmpty: boolean;
  onRetry: () => void;
  /** What stands where there is nothing, when "no data" says too little. */
  empty?: ReactNode;
  children: ReactNode;
}

/** Renders exactly one of loading, failed, empty or ready, so no page forgets a state. */
export function QueryState({
  fetching,
  error,
  isEmpty,
  onRetry,
  empty,
  children,
}: QueryStateProps) {
  const { t } = useTranslation();
  const { ofFault } = useFaultWords();
  if (error && isEmpty) {
    const fault = faultOf(error);
    if (fault.code === 'NOT_FOUND' || fault.code === 'FORBIDDEN')
      return (
        <div role="status">
          <Empty image={null} description={ofFault(fault)} />
        </div>
      );
    return (
      <Alert
        type="error"
        showIcon
        title={t('state.error')}
        description={ofFault(fault)}
        action={<Button onClick={onRetry}>{t('state.retry')}</Button>}
      />
    );
  }
  if (fetching && isEmpty) return <Skeleton active aria-label={t('state.loading')} />;
  if (isEmpty) {
    return (
      <div role="status">
        <Empty image={null} description={empty ?? t('state.empty')} />
      </div>
    );
  }
  return children;
}
