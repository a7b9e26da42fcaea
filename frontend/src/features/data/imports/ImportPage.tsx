import { DownloadOutlined } from '@ant-design/icons';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Alert, App, Button, Card, Flex, Progress, Statistic, Table, Typography } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan, useSession } from '@/features/session/session';
import { useAct } from '@/shared/graphql/useAct';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { useTime } from '@/shared/time/TimeContext';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { usePulse } from '../stream/usePulse';
import { useTell } from '../useTell';
import { percentOf } from './chunks';
import { fileSize } from './fileSize';
import { CancelImport, IMPORT_TONE, type ImportDetail, ImportQuery, isOpen } from './importQueries';
import styles from './imports.module.css';
import { UploadPanel } from './UploadPanel';
import { stopUpload, useUploadOf } from './uploads';

const route = getRouteApi('/console/data/imports/$id');
const EVERY_MS = 1000;

/** One import: its file on the way, its rows being stored, and what was not taken. */
export function ImportPage() {
  const { t } = useTranslation('data');
  const { id } = route.useParams();
  const [{ data, fetching, error }, refetch] = useQuery({ query: ImportQuery, variables: { id } });
  const found = data?.node?.__typename === 'DataImport' ? data.node : null;
  const { state } = useUploadOf(id);
  usePulse(EVERY_MS, found !== null && isOpen(found.status), () =>
    refetch({ requestPolicy: 'network-only' }),
  );
  const isSent = state?.phase === 'done';
  useEffect(
    function readAgainWhenSent() {
      if (isSent) refetch({ requestPolicy: 'network-only' });
    },
    [isSent, refetch],
  );
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!found}
      empty={t('imports.notFound')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {found && <ImportView found={found} />}
    </QueryState>
  );
}

function ImportView({ found }: { found: ImportDetail }) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const time = useTime();
  const can = useCan();
  const target = found.table
    ? `${t(`importKind.${found.kind}`)} · ${found.table.displayName || found.table.name}`
    : t(`importKind.${found.kind}`);

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={found.fileName}
        path={[
          tc('nav.section.data'),
          <Link key="list" to="/data/imports">
            {t('imports.title')}
          </Link>,
        ]}
        beside={
          <StatusTag tone={IMPORT_TONE[found.status]}>
            {t(`importStatus.${found.status}`)}
          </StatusTag>
        }
        description={[
          target,
          fileSize(Number(found.size)),
          found.creator?.name,
          time.second(found.createdAt),
        ]
          .filter(Boolean)
          .join(' · ')}
        actions={can('data.import') && isOpen(found.status) && <CancelButton found={found} />}
      />
      {found.status === 'RECEIVING' && <UploadPanel found={found} />}
      {found.status === 'FAILED' && <Failure found={found} />}
      <Card size="small" title={<h2 className="card-title">{t('imports.result')}</h2>}>
        <Flex vertical gap="middle">
          {found.status === 'RUNNING' && (
            <div role="status">
              <Typography.Text type="secondary">{t('imports.storing')}</Typography.Text>
              <Progress
                aria-label={t('imports.storing')}
                percent={percentOf(Number(found.consumed), Number(found.received))}
              />
            </div>
          )}
          <section className={styles.counts} aria-label={t('imports.result')}>
            <Statistic title={t('imports.rows')} value={found.rows} />
            <Statistic title={t('imports.stored')} value={found.stored} />
            <Statistic title={t('imports.duplicate')} value={found.duplicate} />
            <Statistic title={t('imports.refused')} value={found.refused} />
          </section>
          {found.status === 'DONE' && (
            <Typography.Text type="secondary">{t('imports.sum')}</Typography.Text>
          )}
          {found.table && found.status === 'DONE' && (
            <Link to="/data/tables/$id" params={{ id: found.table.id }}>
              {t('imports.openTable')}
            </Link>
          )}
        </Flex>
      </Card>
      {found.refused > 0 && <ErrorCard found={found} />}
    </Flex>
  );
}

function Failure({ found }: { found: ImportDetail }) {
  const { t, i18n } = useTranslation('data');
  const key = `data:failure.${found.failure}`;
  // Words of failures come from the server, so they cannot be checked when the console is built.
  const words = i18n.exists(key) ? (i18n.t as (key: string) => string)(key) : found.failureText;
  return (
    <Alert
      type="error"
      showIcon
      title={t('imports.failed')}
      description={
        <Flex vertical>
          <span>{words}</span>
          <Typography.Text className="mono-id">
            {[found.failure, found.failureText].filter(Boolean).join(' · ')}
          </Typography.Text>
        </Flex>
      }
    />
  );
}

function CancelButton({ found }: { found: ImportDetail }) {
  const { t } = useTranslation('data');
  const { message } = App.useApp();
  const tell = useTell();
  const cancel = useAct(CancelImport);

  async function stop() {
    stopUpload(found.id);
    const { fault } = await cancel.act({ id: found.id });
    if (fault) tell(fault);
    else void message.success(t('imports.cancelled'));
  }

  return (
    <ConfirmButton
      danger
      question={t('imports.cancel.question')}
      consequence={t('imports.cancel.consequence')}
      verb={t('imports.cancel.verb')}
      onConfirm={stop}
    >
      {t('imports.cancel.verb')}
    </ConfirmButton>
  );
}

function ErrorCard({ found }: { found: ImportDetail }) {
  const { t } = useTranslation('data');
  const { me } = useSession();
  const words = useFieldWords('data');
  const report = found.errorReport
    ? `${found.errorReport}${found.errorReport.includes('?') ? '&' : '?'}project=${me.project.id}`
    : null;
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('imports.errors', { count: found.refused })}</h2>}
      styles={{ body: { padding: 0 } }}
      extra={
        report && (
          <Button size="small" icon={<DownloadOutlined aria-hidden />} href={report} download>
            {t('imports.report')}
          </Button>
        )
      }
    >
      <Table<ImportDetail['errors'][number]>
        rowKey={({ row, field, rule }) => `${row} ${field} ${rule}`}
        size="small"
        dataSource={found.errors}
        pagination={
          found.errors.length > 20 ? { pageSize: 20, size: 'small', showSizeChanger: false } : false
        }
        scroll={{ x: 640 }}
        columns={[
          { title: t('imports.row'), dataIndex: 'row', width: 100, rowScope: 'row' },
          {
            title: t('imports.field'),
            dataIndex: 'field',
            width: 200,
            render: (field: string) => <span className="mono-id">{field || '--'}</span>,
          },
          {
            title: t('imports.why'),
            key: 'why',
            render: (_value, { field, rule }) => (
              <Flex vertical>
                <span>{words({ path: field, rule, message: rule, params: {} })}</span>
                <Typography.Text type="secondary" className="mono-id">
                  {rule}
                </Typography.Text>
              </Flex>
            ),
          },
          {
            title: t('imports.value'),
            dataIndex: 'value',
            render: (value: string) =>
              value ? (
                <Typography.Text code style={{ overflowWrap: 'anywhere' }}>
                  {value}
                </Typography.Text>
              ) : (
                '--'
              ),
          },
        ]}
      />
    </Card>
  );
}
