import { PlusOutlined } from '@ant-design/icons';
import { Button, Card, Flex, Table, Typography } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan, useSession } from '@/features/session/session';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { type IdType, IdTypesQuery } from './idQueries';
import { SubjectCard } from './SubjectCard';
import { useIdTypeName } from './useIdTypeName';

const IdTypeDialog = lazy(async () => ({ default: (await import('./IdTypeDialog')).IdTypeDialog }));

/** How people are recognised (OneID, spec §12.1), and what else can be reached (R12). */
export function IdentityPage() {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const can = useCan();
  const { me } = useSession();
  const [editing, setEditing] = useState<IdType | 'new' | null>(null);
  const [{ data, fetching, error }, refetch] = useQuery({ query: IdTypesQuery });
  const types = [...(data?.idTypes ?? [])].sort((a, b) => a.priority - b.priority);
  const idTypeName = useIdTypeName();
  const yesNo = (value: boolean) => t(value ? 'yes' : 'no');

  const columns: ColumnsType<IdType> = [
    {
      title: t('ids.name'),
      key: 'name',
      rowScope: 'row',
      render: (_value, { code, name }) => (
        <Flex vertical>
          <span>{idTypeName(code, name)}</span>
          <Typography.Text type="secondary" className="mono-id">
            {code}
          </Typography.Text>
        </Flex>
      ),
    },
    { title: t('ids.priority'), dataIndex: 'priority', width: 110, align: 'end' },
    {
      title: t('ids.multi'),
      dataIndex: 'multi',
      width: 160,
      render: (multi: boolean) => t(multi ? 'ids.several' : 'ids.single'),
    },
    { title: t('ids.inMapping'), dataIndex: 'inMapping', width: 150, render: yesNo },
    {
      title: t('ids.origin'),
      dataIndex: 'builtIn',
      width: 110,
      render: (builtIn: boolean) => t(builtIn ? 'ids.builtIn' : 'ids.own'),
    },
    ...(can('data.import')
      ? [
          {
            title: t('operations'),
            key: 'operations',
            width: 90,
            render: (_value: unknown, type: IdType) => (
              <Button
                type="link"
                size="small"
                className="row-action"
                aria-label={t('editOf', { name: idTypeName(type.code, type.name) })}
                onClick={() => setEditing(type)}
              >
                {tc('action.edit')}
              </Button>
            ),
          },
        ]
      : []),
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('ids.title')}
        description={t('ids.description')}
        path={[tc('nav.section.data'), tc('nav.group.catalogue')]}
        actions={
          can('data.import') && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setEditing('new')}
            >
              {t('ids.create')}
            </Button>
          )
        }
      />
      <Card
        size="small"
        title={<h2 className="card-title">{t('ids.types')}</h2>}
        styles={{ body: { padding: types.length > 0 ? 0 : 16 } }}
      >
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={types.length === 0}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<IdType>
            rowKey="code"
            size="middle"
            columns={columns}
            dataSource={types}
            pagination={false}
            scroll={{ x: 720 }}
          />
        </QueryState>
      </Card>
      {me.project.multiSubject && <SubjectCard idTypes={types} />}
      {editing && (
        <Suspense>
          <IdTypeDialog
            idType={editing === 'new' ? null : editing}
            onClose={() => setEditing(null)}
          />
        </Suspense>
      )}
    </Flex>
  );
}
