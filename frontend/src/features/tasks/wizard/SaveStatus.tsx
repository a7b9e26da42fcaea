import {
  CheckCircleOutlined,
  EditOutlined,
  ExclamationCircleOutlined,
  LoadingOutlined,
} from '@ant-design/icons';
import { Button, Flex, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import type { SaveState } from './draftSaver';

interface SaveStatusProps {
  state: SaveState;
  hasName: boolean;
  hasDraft: boolean;
  onRetry: () => void;
}

/** Whether what was written is safe. */
export function SaveStatus({ state, hasName, hasDraft, onRetry }: SaveStatusProps) {
  const { t } = useTranslation('wizard');
  const { ofFault } = useFaultWords();
  const time = useTime();

  const [icon, text, type] = ((): [React.ReactNode, string, 'secondary' | 'danger'] => {
    switch (state.kind) {
      case 'saved':
        return [
          <CheckCircleOutlined key="i" aria-hidden />,
          t('save.saved', { at: time.second(state.at) }),
          'secondary',
        ];
      case 'saving':
        return [<LoadingOutlined key="i" aria-hidden />, t('save.saving'), 'secondary'];
      case 'dirty':
        return [<EditOutlined key="i" aria-hidden />, t('save.dirty'), 'secondary'];
      case 'held':
        return hasName
          ? [<ExclamationCircleOutlined key="i" aria-hidden />, t('save.held'), 'danger']
          : [<EditOutlined key="i" aria-hidden />, t('save.needsName'), 'secondary'];
      case 'failed':
        return [
          <ExclamationCircleOutlined key="i" aria-hidden />,
          t('save.failed', { why: ofFault(state.fault) }),
          'danger',
        ];
      case 'conflict':
        return [<ExclamationCircleOutlined key="i" aria-hidden />, t('save.conflict'), 'danger'];
      case 'untouched':
        return [null, hasDraft ? '' : t('save.needsName'), 'secondary'];
    }
  })();

  return (
    <Flex gap="small" align="center">
      <Typography.Text type={type} role="status">
        {icon} {text}
      </Typography.Text>
      {state.kind === 'failed' && (
        <Button size="small" onClick={onRetry}>
          {t('save.retry')}
        </Button>
      )}
    </Flex>
  );
}
