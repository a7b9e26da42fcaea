import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Result } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { lacksSegment, NoSegmentPermission } from '@/features/segments/NoSegmentPermission';
import { useCan, useSession } from '@/features/session/session';
import { LinkButton } from '@/shared/ui/LinkButton';
import { QueryState } from '@/shared/ui/QueryState';
import type { Place } from './steps';
import { TaskWizard } from './TaskWizard';
import { EMPTY_FORM, fromTask } from './taskForm';
import { ApplicationsQuery, WizardChannelsQuery } from './WizardChannels';
import { WizardTaskQuery } from './WizardTask';

/** `/tasks/new` and `/tasks/$id/edit`. */
export function TaskWizardPage() {
  const { id } = useParams({ strict: false });
  const { step, draft } = useSearch({ strict: false });
  const navigate = useNavigate();
  const can = useCan();
  const known = id ?? draft ?? null;
  // A task that this page has made is not read again; only another one in the address is.
  const [made, setMade] = useState<string | null>(null);
  const [epoch, setEpoch] = useState(0);
  const [last, setLast] = useState(known);
  if (last !== known) {
    setLast(known);
    if (known !== made) {
      setMade(null);
      setEpoch(epoch + 1);
    }
  }

  const view = {
    place: (step ?? 'method') as Place,
    onPlace: (place: Place) =>
      void navigate({ to: '.', search: (old) => ({ ...old, step: place }) }),
    onCreated: (created: string) => {
      setMade(created);
      void navigate({
        to: '.',
        search: (old) => ({ ...old, draft: created }),
        replace: true,
      });
    },
  };
  if (!can(known === null ? 'outreach.task.create' : 'outreach.task.edit')) return <NotAllowed />;
  return known !== null && known !== made ? (
    <StoredDraft key={known} id={known} {...view} />
  ) : (
    <NewDraft key={`new ${epoch}`} {...view} />
  );
}

interface View {
  place: Place;
  onPlace: (place: Place) => void;
  onCreated: (id: string) => void;
}

/** A new task, with what can be filled in for its author: the one channel, the usual application. */
function NewDraft(view: View) {
  const [channels, retry] = useQuery({ query: WizardChannelsQuery });
  const [applications] = useQuery({ query: ApplicationsQuery });
  const enabled = (channels.data?.channels.edges ?? []).flatMap((edge) =>
    edge?.node?.enabled ? [edge.node] : [],
  );
  const preferred = applications.data?.applications.edges?.find((edge) => edge?.node?.preferred);
  const { me } = useSession();
  const isReady = channels.data !== undefined && applications.data !== undefined;
  return (
    <QueryState
      fetching={channels.fetching || applications.fetching}
      error={channels.error ?? applications.error}
      isEmpty={!isReady}
      onRetry={() => retry({ requestPolicy: 'network-only' })}
    >
      <TaskWizard
        {...view}
        draft={null}
        initial={{
          ...EMPTY_FORM,
          listed: me.project.listedDefault,
          channelId: enabled[0]?.id ?? null,
          applicationId: preferred?.node?.id ?? null,
        }}
      />
    </QueryState>
  );
}

function StoredDraft({ id, ...view }: View & { id: string }) {
  const { t } = useTranslation('wizard');
  const [{ data, fetching, error, stale }, refetch] = useQuery({
    query: WizardTaskQuery,
    variables: { id },
    requestPolicy: 'network-only',
  });
  // The form starts from what the server holds when the page opens; later answers must not reset it.
  const [start, setStart] = useState<Extract<
    NonNullable<typeof data>['node'],
    { __typename: 'Task' }
  > | null>(null);
  const task = data?.node?.__typename === 'Task' ? data.node : null;
  if (task && !start && !fetching && !stale) setStart(task);

  if (lacksSegment(error)) return <NoSegmentPermission />;
  if (start && !start.operations.includes('EDIT'))
    return (
      <Result
        status="info"
        title={t('notDraft.title')}
        subTitle={t('notDraft.text')}
        extra={
          <LinkButton look="primary" to="/tasks/$id" params={{ id }}>
            {t('notDraft.open')}
          </LinkButton>
        }
      />
    );
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!start}
      empty={t('notFound')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {start && (
        <TaskWizard
          {...view}
          draft={{ id: start.id, version: start.version }}
          initial={fromTask(start)}
        />
      )}
    </QueryState>
  );
}

function NotAllowed() {
  const { t } = useTranslation('wizard');
  return <Result status="403" title={t('notAllowed')} />;
}
