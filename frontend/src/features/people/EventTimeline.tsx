import { Button, Flex, Form, Select, Typography } from 'antd';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import type { ResultOf } from '@/shared/graphql/graphql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import styles from './people.module.css';
import { EventNamesQuery, PersonEventsQuery } from './personQuery';
import { plainText } from './values';

type Node = NonNullable<ResultOf<typeof PersonEventsQuery>['node']>;
type EventPage = Extract<Node, { __typename: 'Person' }>['events'];
type PersonEvent = EventPage['edges'][number]['node'];

interface EventTimelineProps {
  personId: string;
  event: string | undefined;
  onFilter: (event: string | undefined) => void;
}

/** What a person did, newest first, a day at a time. */
export function EventTimeline({ personId, event, onFilter }: EventTimelineProps) {
  const { t } = useTranslation('people');
  const [{ data }] = useQuery({ query: EventNamesQuery, variables: {} });
  const names = nodesOf(data?.eventTypes);
  return (
    <Flex vertical gap="small">
      <Form name="person-events" layout="inline" component="div">
        <Form.Item label={t('events.filter')} htmlFor="person-events-event">
          <Select
            id="person-events-event"
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            style={{ width: 260 }}
            placeholder={t('events.all')}
            value={event ?? null}
            options={names.map(({ name, displayName }) => ({
              value: name,
              label: displayName && displayName !== name ? `${displayName} (${name})` : name,
            }))}
            onChange={(next: string | null) => onFilter(next ?? undefined)}
          />
        </Form.Item>
      </Form>
      <EventPages key={event} personId={personId} event={event} />
    </Flex>
  );
}

function EventPages({ personId, event }: { personId: string; event: string | undefined }) {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  return cursors.map((after, index) => (
    <OneEventPage
      key={after}
      personId={personId}
      event={event}
      after={after}
      onMore={
        index === cursors.length - 1
          ? (next) => setCursors((old) => (old.includes(next) ? old : [...old, next]))
          : undefined
      }
    />
  ));
}

interface OneEventPageProps {
  personId: string;
  event: string | undefined;
  after: string | null;
  /** Only the last page on screen can be followed by another one. */
  onMore: ((after: string) => void) | undefined;
}

function OneEventPage({ personId, event, after, onMore }: OneEventPageProps) {
  const { t } = useTranslation('people');
  const { t: tc } = useTranslation();
  const time = useTime();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: PersonEventsQuery,
    variables: { id: personId, event: event ?? null, after },
  });
  const page = data?.node?.__typename === 'Person' ? data.node.events : undefined;
  const events = page?.edges.map(({ node }) => node) ?? [];
  const { hasNextPage, endCursor } = page?.pageInfo ?? {};

  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={events.length === 0}
      empty={t(event ? 'events.noneOf' : 'events.none')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {byDay(events, (at) => time.second(at).slice(0, 10)).map(([day, ofDay]) => (
        <section key={day} className={styles.day} aria-label={t('events.day', { day })}>
          <h3 className={styles.dayName}>{day}</h3>
          <ul className={styles.events}>
            {ofDay.map((one, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: events have no key of their own and are only added
              <EventItem key={index} event={one} />
            ))}
          </ul>
        </section>
      ))}
      {onMore && hasNextPage && endCursor && (
        <Button style={{ marginBlockStart: 12 }} onClick={() => onMore(endCursor)}>
          {tc('pager.more')}
        </Button>
      )}
    </QueryState>
  );
}

const GLANCE = 3;

function EventItem({ event }: { event: PersonEvent }) {
  const { t } = useTranslation('people');
  const time = useTime();
  const properties = Object.entries(
    typeof event.properties === 'object' && event.properties !== null ? event.properties : {},
  );
  const glance = properties
    .slice(0, GLANCE)
    .map(([name, value]) => `${name}: ${plainText(value)}`)
    .join(' · ');
  return (
    <li>
      <details className={styles.event}>
        <summary>
          <span className="mono-id">{time.second(event.at).slice(11)}</span>
          <span className={styles.glance}>
            <Typography.Text strong>{event.displayName || event.event}</Typography.Text>
            {event.displayName && event.displayName !== event.event && (
              <span className="mono-id"> {event.event}</span>
            )}
            {glance && <span>　{glance}</span>}
          </span>
          {event.source && (
            <Typography.Text type="secondary">
              {t('events.source', { source: event.source })}
            </Typography.Text>
          )}
        </summary>
        <div className={styles.detail}>
          {properties.length > 0 ? (
            <dl className={styles.values} aria-label={t('events.properties')}>
              {properties.map(([name, value]) => (
                <Fragment key={name}>
                  <dt>{name}</dt>
                  <dd>{plainText(value)}</dd>
                </Fragment>
              ))}
            </dl>
          ) : (
            <Typography.Text type="secondary">{t('events.noProperties')}</Typography.Text>
          )}
          <Typography.Text type="secondary">
            {t('events.received', { at: time.second(event.receivedAt) })}
          </Typography.Text>
        </div>
      </details>
    </li>
  );
}

/** Neighbours of one day together; the order stays. */
function byDay<Event extends { at: string }>(
  events: readonly Event[],
  dayOf: (at: string) => string,
): [day: string, events: Event[]][] {
  const days: [string, Event[]][] = [];
  for (const event of events) {
    const day = dayOf(event.at);
    const last = days.at(-1);
    if (last?.[0] === day) last[1].push(event);
    else days.push([day, [event]]);
  }
  return days;
}
