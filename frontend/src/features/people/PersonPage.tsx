import { getRouteApi, Link } from '@tanstack/react-router';
import { Card, Flex, Tabs, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useTime } from '@/shared/time/TimeContext';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { EventTimeline } from './EventTimeline';
import { IdentityCard } from './IdentityCard';
import { StubTag } from './IdentityList';
import { MergeHistory } from './MergeHistory';
import { PersonMessages } from './PersonMessages';
import { PersonSegments } from './PersonSegments';
import styles from './people.module.css';
import { PERSON_TABS, type PersonSearch } from './peopleSearch';
import { type PersonData, PersonQuery } from './personQuery';
import { ValueCard } from './ValueCard';

const route = getRouteApi('/console/people/$id');

/** One person: who they are, what they did, what they got and did not get. */
export function PersonPage() {
  const { t } = useTranslation('people');
  const { id } = route.useParams();
  const [{ data, fetching, error }, refetch] = useQuery({ query: PersonQuery, variables: { id } });
  const person = data?.node?.__typename === 'Person' ? data.node : null;
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!person}
      empty={t('notFound')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {person && <PersonView person={person} />}
    </QueryState>
  );
}

function PersonView({ person }: { person: PersonData }) {
  const { t } = useTranslation('people');
  const { t: tc } = useTranslation();
  const time = useTime();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = search.tab ?? PERSON_TABS[0];
  const filter = (next: Partial<PersonSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });

  const panels = {
    events: (
      <EventTimeline
        personId={person.id}
        event={search.event}
        onFilter={(event) => filter({ event })}
      />
    ),
    messages: (
      <PersonMessages
        personId={person.id}
        outcome={search.outcome}
        onFilter={(outcome) => filter({ outcome })}
      />
    ),
    segments: <PersonSegments segments={person.segments} />,
    merges: <MergeHistory person={person} />,
  };
  const marks = { merges: person.conflicts.length, segments: person.segments.length };

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={person.label || t('untitled')}
        path={[
          tc('nav.section.audience'),
          <Link key="list" to="/people">
            {t('title')}
          </Link>,
        ]}
        beside={
          <>
            <Typography.Text type="secondary">
              {t('person.number', { number: person.number })}
            </Typography.Text>
            {person.stub && <StubTag />}
          </>
        }
        description={t('person.since', { at: time.minute(person.createdAt) })}
      />
      <div className={styles.person}>
        <Flex vertical gap="middle">
          <IdentityCard identities={person.identities} />
          <ValueCard kind="attributes" personId={person.id} values={person.attributes} />
          <ValueCard kind="tags" personId={person.id} values={person.tags} />
        </Flex>
        <Card size="small" styles={{ body: { paddingBlockStart: 4 } }}>
          <Tabs
            activeKey={tab}
            destroyOnHidden
            onChange={(key) =>
              void navigate({
                search: { tab: PERSON_TABS.find((one) => one === key) },
                replace: true,
              })
            }
            items={PERSON_TABS.map((key) => ({
              key,
              label:
                key in marks && marks[key as keyof typeof marks] > 0
                  ? `${t(`person.tab.${key}`)} (${marks[key as keyof typeof marks]})`
                  : t(`person.tab.${key}`),
              children: panels[key],
            }))}
          />
        </Card>
      </div>
    </Flex>
  );
}
