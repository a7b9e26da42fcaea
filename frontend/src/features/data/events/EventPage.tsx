import { EditOutlined, PlusOutlined } from '@ant-design/icons';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Card, Flex, Skeleton, Typography } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { useTime } from '@/shared/time/TimeContext';
import { LinkButton } from '@/shared/ui/LinkButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { PropertyTable } from '../properties/PropertyTable';
import { EventSwitch } from './EventSwitch';
import { type EventDetail, EventQuery } from './eventQueries';

const DayChart = lazy(async () => ({ default: (await import('./DayChart')).DayChart }));
const EventDialog = lazy(async () => ({ default: (await import('./EventDialog')).EventDialog }));
const PropertyDialog = lazy(async () => ({
  default: (await import('../properties/PropertyDialog')).PropertyDialog,
}));
const route = getRouteApi('/console/data/events/$id');

/** One event of the catalogue: how often it comes, and what it carries. */
export function EventPage() {
  const { t } = useTranslation('data');
  const { id } = route.useParams();
  const [{ data, fetching, error }, refetch] = useQuery({ query: EventQuery, variables: { id } });
  const event = data?.node?.__typename === 'EventType' ? data.node : null;
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!event}
      empty={t('events.notFound')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {event && <EventView event={event} />}
    </QueryState>
  );
}

function EventView({ event }: { event: EventDetail }) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const time = useTime();
  const can = useCan();
  const [open, setOpen] = useState<'event' | 'property' | null>(null);
  const close = () => setOpen(null);
  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={event.displayName || event.name}
        path={[
          tc('nav.section.data'),
          <Link key="list" to="/data/events">
            {t('events.title')}
          </Link>,
        ]}
        beside={
          <>
            <Typography.Text type="secondary" className="mono-id">
              {event.name}
            </Typography.Text>
            <EventSwitch event={event} />
          </>
        }
        description={
          <>
            {event.description && <span>{event.description}　</span>}
            {t('events.seen', {
              first: time.minute(event.createdAt),
              last: time.second(event.lastAt),
            })}
          </>
        }
        actions={
          <>
            <LinkButton to="/data/stream" search={{ event: event.name }}>
              {t('events.watch')}
            </LinkButton>
            {can('data.import') && (
              <Button icon={<EditOutlined aria-hidden />} onClick={() => setOpen('event')}>
                {tc('action.edit')}
              </Button>
            )}
          </>
        }
      />
      <Card size="small" title={<h2 className="card-title">{t('events.days')}</h2>}>
        <Suspense fallback={<Skeleton active />}>
          <DayChart name={event.displayName || event.name} counts={event.counts} />
        </Suspense>
      </Card>
      <Card
        size="small"
        title={<h2 className="card-title">{t('owner.EVENT')}</h2>}
        styles={{ body: { padding: event.properties.length > 0 ? 0 : 16 } }}
        extra={
          can('data.import') && (
            <Button
              size="small"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setOpen('property')}
            >
              {t('property.declare.EVENT')}
            </Button>
          )
        }
      >
        <QueryState
          fetching={false}
          error={undefined}
          isEmpty={event.properties.length === 0}
          empty={t('events.noProperties')}
          onRetry={() => {}}
        >
          <PropertyTable properties={event.properties} />
        </QueryState>
      </Card>
      <Suspense>
        {open === 'event' && <EventDialog event={event} onClose={close} />}
        {open === 'property' && <PropertyDialog owner="EVENT" ownerId={event.id} onClose={close} />}
      </Suspense>
    </Flex>
  );
}
