import { PlusOutlined } from '@ant-design/icons';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Card, Flex, Switch, Table, Typography } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { useTime } from '@/shared/time/TimeContext';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { CursorPager } from '@/shared/ui/CursorPager';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { CatalogueFilters } from '../CatalogueFilters';
import { MayImport } from '../MayImport';
import { useTell } from '../useTell';
import { RotateWriteKey, type SourceData, SourceListQuery, UpdateSource } from './sourceQueries';
import { toSourceVariables } from './sourceSearch';

const SourceDialog = lazy(async () => ({ default: (await import('./SourceDialog')).SourceDialog }));
const WriteKeyDialog = lazy(async () => ({
  default: (await import('./WriteKeyDialog')).WriteKeyDialog,
}));
const route = getRouteApi('/console/data/sources');

/** Where events come from: applications with a write key each. */
export function SourceListPage() {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const time = useTime();
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [editing, setEditing] = useState<SourceData | 'new' | null>(null);
  const [newKey, setNewKey] = useState<{ name: string; writeKey: string } | null>(null);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: SourceListQuery,
    variables: toSourceVariables(search),
  });
  const sources = nodesOf(data?.eventSources);
  const isFiltered = Boolean(search.q || search.enabled);

  const columns: ColumnsType<SourceData> = [
    { title: t('sources.name'), dataIndex: 'name', rowScope: 'row' },
    {
      title: t('sources.kind'),
      dataIndex: 'kind',
      width: 130,
      render: (kind: SourceData['kind']) => t(`kind.${kind}`),
    },
    {
      title: t('sources.keyHint'),
      dataIndex: 'keyHint',
      width: 150,
      render: (hint: string) => (
        <Typography.Text className="mono-id">{hint ? `•••• ${hint}` : '--'}</Typography.Text>
      ),
    },
    {
      title: t('sources.lastEventAt'),
      dataIndex: 'lastEventAt',
      width: 190,
      render: (at: string | null) =>
        at ? (
          <span title={time.distance(at)}>{time.second(at)}</span>
        ) : (
          <Typography.Text type="secondary">{t('sources.never')}</Typography.Text>
        ),
    },
    {
      title: t('sources.enabled'),
      key: 'enabled',
      width: 100,
      render: (_value, source) => <SourceSwitch source={source} />,
    },
    ...(can('data.import')
      ? [
          {
            title: t('operations'),
            key: 'operations',
            width: 190,
            render: (_value: unknown, source: SourceData) => (
              <Flex gap={4}>
                <Button
                  type="link"
                  size="small"
                  className="row-action"
                  onClick={() => setEditing(source)}
                >
                  {t('sources.renameShort')}
                </Button>
                <RotateButton
                  source={source}
                  onKey={(writeKey) => setNewKey({ name: source.name, writeKey })}
                />
              </Flex>
            ),
          },
        ]
      : []),
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('sources.title')}
        description={t('sources.description')}
        path={[tc('nav.section.data'), tc('nav.group.intake')]}
        actions={
          can('data.import') && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setEditing('new')}
            >
              {t('sources.create')}
            </Button>
          )
        }
      />
      <Card size="small">
        <CatalogueFilters
          name="source-filter"
          search={search}
          onFilter={(next) => void navigate({ search: next })}
        />
      </Card>
      <Card size="small" styles={{ body: { padding: sources.length > 0 ? 0 : 16 } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={sources.length === 0}
          empty={t(isFiltered ? 'noneFound' : 'sources.none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<SourceData>
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={sources}
            pagination={false}
            scroll={{ x: 860 }}
          />
        </QueryState>
      </Card>
      {sources.length > 0 && (
        <CursorPager
          pageInfo={data?.eventSources.pageInfo}
          total={t('total', { count: data?.eventSources.totalCount ?? 0 })}
          onPage={(cursor) =>
            void navigate({
              search: (old) => ({ ...old, after: undefined, before: undefined, ...cursor }),
            })
          }
        />
      )}
      <Suspense>
        {editing && (
          <SourceDialog
            source={editing === 'new' ? null : editing}
            onClose={() => setEditing(null)}
            onKey={(name, writeKey) => setNewKey({ name, writeKey })}
          />
        )}
        {newKey && <WriteKeyDialog {...newKey} onClose={() => setNewKey(null)} />}
      </Suspense>
    </Flex>
  );
}

function SourceSwitch({ source }: { source: SourceData }) {
  const { t } = useTranslation('data');
  const tell = useTell();
  const update = useAct(UpdateSource);

  async function turn(enabled: boolean) {
    const { fault } = await update.act({ id: source.id, enabled });
    if (fault) tell(fault);
  }

  return (
    <MayImport>
      {(disabled) => (
        <Switch
          size="small"
          aria-label={t('enabledOf', { name: source.name })}
          checked={source.enabled}
          disabled={disabled}
          loading={update.busy}
          onChange={(enabled) => void turn(enabled)}
        />
      )}
    </MayImport>
  );
}

function RotateButton({
  source,
  onKey,
}: {
  source: SourceData;
  onKey: (writeKey: string) => void;
}) {
  const { t } = useTranslation('data');
  const tell = useTell();
  const rotate = useAct(RotateWriteKey);

  async function change() {
    const { data, fault } = await rotate.act({ id: source.id });
    if (fault) tell(fault);
    else onKey(data.rotateWriteKey.writeKey);
  }

  return (
    <ConfirmButton
      type="link"
      size="small"
      danger
      className="row-action"
      question={t('sources.rotate.question', { name: source.name })}
      consequence={t('sources.rotate.consequence')}
      verb={t('sources.rotate.verb')}
      onConfirm={change}
    >
      {t('sources.rotate.verb')}
    </ConfirmButton>
  );
}
