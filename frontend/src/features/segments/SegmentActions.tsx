import { App, Button, Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/features/session/session';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { LinkButton } from '@/shared/ui/LinkButton';
import { DeleteSegment, RefreshSegment, type SegmentRowData } from './segmentQueries';

interface SegmentActionsProps {
  segment: SegmentRowData;
  onChanged: () => void;
}

/** What can be done with a segment from the list; a refusal says why. */
export function SegmentActions({ segment, onChanged }: SegmentActionsProps) {
  const { t } = useTranslation('segments');
  const { t: tc } = useTranslation();
  const can = useCan();
  const { refresh, remove, isRefreshing } = useSegmentActs(segment, onChanged);
  if (!can('segment.edit')) return null;
  const { id, name, status, editable } = segment;
  return (
    <Flex gap={4}>
      <Button
        type="link"
        size="small"
        className="row-action"
        aria-label={t('action.refreshOf', { name })}
        disabled={status === 'COMPUTING'}
        loading={isRefreshing}
        onClick={() => void refresh()}
      >
        {t('action.refresh')}
      </Button>
      {editable && (
        <>
          <LinkButton
            look="link"
            size="small"
            className="row-action"
            aria-label={t('action.editOf', { name })}
            to="/segments/$id/edit"
            params={{ id }}
          >
            {tc('action.edit')}
          </LinkButton>
          <ConfirmButton
            type="link"
            size="small"
            danger
            className="row-action"
            aria-label={t('action.deleteOf', { name })}
            question={t('remove.question', { name })}
            consequence={t('remove.consequence')}
            onConfirm={remove}
          >
            {tc('action.delete')}
          </ConfirmButton>
        </>
      )}
    </Flex>
  );
}

/** Refreshing and deleting, with what is said afterwards. */
export function useSegmentActs(segment: { id: string; name: string }, onChanged: () => void) {
  const { t } = useTranslation('segments');
  const { message, modal } = App.useApp();
  const { ofFault } = useFaultWords();
  const refreshing = useAct(RefreshSegment);
  const removal = useAct(DeleteSegment);

  async function refresh() {
    const { fault } = await refreshing.act({ id: segment.id });
    if (fault) refreshing.tell(fault);
    else void message.success(t('refreshing'));
    onChanged();
  }
  async function remove(): Promise<boolean> {
    const { fault } = await removal.act({ id: segment.id });
    if (fault) {
      void modal.warning({ title: ofFault(fault) });
      return false;
    }
    void message.success(t('deleted'));
    onChanged();
    return true;
  }
  return { refresh, remove, isRefreshing: refreshing.busy };
}
