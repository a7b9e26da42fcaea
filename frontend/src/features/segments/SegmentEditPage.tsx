import { Link, useBlocker, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Flex, Modal, Result } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { EMPTY_RULE, readRule } from '@/features/rules/ruleTree';
import { useCan } from '@/features/session/session';
import { LinkButton } from '@/shared/ui/LinkButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { lacksSegment, NoSegmentPermission } from './NoSegmentPermission';
import { SegmentEditor } from './SegmentEditor';
import { EMPTY_SEGMENT, fromSegment } from './segmentForm';
import { type SegmentFormData, SegmentFormQuery } from './segmentQueries';
import styles from './segments.module.css';

/** `/segments/new` and `/segments/$id/edit`. */
export function SegmentEditPage() {
  const { t } = useTranslation('segments');
  const { id } = useParams({ strict: false });
  const can = useCan();
  if (!can('segment.edit')) return <Result status="403" title={t('notAllowed')} />;
  return id === undefined ? <Page segment={null} /> : <StoredSegment key={id} id={id} />;
}

function StoredSegment({ id }: { id: string }) {
  const { t } = useTranslation('segments');
  const [{ data, fetching, error, stale }, refetch] = useQuery({
    query: SegmentFormQuery,
    variables: { id },
    requestPolicy: 'network-only',
  });
  // The form starts from what the server holds when the page opens; later answers must not reset it.
  const [start, setStart] = useState<SegmentFormData | null>(null);
  const segment = data?.node?.__typename === 'Segment' ? data.node : null;
  if (segment && !start && !fetching && !stale) setStart(segment);
  if (lacksSegment(error)) return <NoSegmentPermission />;
  if (start && !start.editable)
    return (
      <Result
        status="info"
        title={t('notEditable')}
        subTitle={start.originTask ? t('taskOwned', { name: start.originTask.name }) : undefined}
        extra={
          <LinkButton look="primary" to="/segments/$id" params={{ id }}>
            {start.name}
          </LinkButton>
        }
      />
    );
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!start}
      empty={t('gone')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {start && <Page segment={start} />}
    </QueryState>
  );
}

function Page({ segment }: { segment: SegmentFormData | null }) {
  const { t } = useTranslation('segments');
  const { t: tc } = useTranslation();
  const navigate = useNavigate();
  const isDirty = useRef(false);
  const { proceed, reset, status } = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && isDirty.current,
    enableBeforeUnload: () => isDirty.current,
    withResolver: true,
  });
  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t(segment ? 'edit' : 'create')}
        path={[
          tc('nav.section.audience'),
          <Link key="list" to="/segments" search={{}}>
            {t('title')}
          </Link>,
        ]}
      />
      <SegmentEditor
        id={segment?.id ?? null}
        initial={segment ? fromSegment(segment) : EMPTY_SEGMENT}
        initialRule={segment ? readRule(segment.rule) : EMPTY_RULE}
        onDirty={() => {
          isDirty.current = true;
        }}
        onSaved={({ id }) => {
          isDirty.current = false;
          void navigate({ to: '/segments/$id', params: { id } });
        }}
        footer={({ submit, busy }) => (
          <div className={styles.footer}>
            <Button type="primary" loading={busy} onClick={submit}>
              {t('save')}
            </Button>
            <Button onClick={() => void navigate({ to: '/segments', search: {} })}>
              {tc('action.cancel')}
            </Button>
          </div>
        )}
      />
      {status === 'blocked' && (
        <Modal
          open
          title={t('leave.title')}
          okText={t('leave.go')}
          cancelText={t('leave.stay')}
          okButtonProps={{ danger: true }}
          onOk={proceed}
          onCancel={reset}
        >
          {t('leave.text')}
        </Modal>
      )}
    </Flex>
  );
}
