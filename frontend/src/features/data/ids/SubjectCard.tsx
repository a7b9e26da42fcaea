import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Card, Flex, Table, Typography } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { QueryState } from '@/shared/ui/QueryState';
import { useTell } from '../useTell';
import { DeleteSubject, type IdType, type SubjectData, SubjectsQuery } from './idQueries';
import { useIdTypeName } from './useIdTypeName';

const SubjectDialog = lazy(async () => ({
  default: (await import('./SubjectDialog')).SubjectDialog,
}));

/** The subjects beside people: stores, cars, and how each finds its person (R12). */
export function SubjectCard({ idTypes }: { idTypes: readonly IdType[] }) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const can = useCan();
  const [editing, setEditing] = useState<SubjectData | 'new' | null>(null);
  const [{ data, fetching, error }, refetch] = useQuery({ query: SubjectsQuery });
  const subjects = nodesOf(data?.subjects);
  const idTypeName = useIdTypeName();
  const typeName = (code: string) =>
    idTypeName(code, idTypes.find((one) => one.code === code)?.name ?? code);

  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('subjects.title')}</h2>}
      extra={
        can('data.import') && (
          <Button
            size="small"
            icon={<PlusOutlined aria-hidden />}
            onClick={() => setEditing('new')}
          >
            {t('subjects.create')}
          </Button>
        )
      }
    >
      <Typography.Paragraph type="secondary">{t('subjects.description')}</Typography.Paragraph>
      <QueryState
        fetching={fetching}
        error={error}
        isEmpty={subjects.length === 0}
        empty={t('subjects.none')}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      >
        <Table<SubjectData>
          rowKey="id"
          size="middle"
          dataSource={subjects}
          pagination={false}
          scroll={{ x: 640 }}
          columns={[
            {
              title: t('subjects.name'),
              key: 'name',
              rowScope: 'row',
              render: (_value, { code, name }) => (
                <Flex vertical>
                  <span>{name}</span>
                  <Typography.Text type="secondary" className="mono-id">
                    {code}
                  </Typography.Text>
                </Flex>
              ),
            },
            { title: t('subjects.idType'), dataIndex: 'idType', render: typeName },
            {
              title: t('subjects.resolution'),
              key: 'resolution',
              render: (_value, { resolveAttribute, resolveIDType }) =>
                resolveAttribute
                  ? t('subjects.resolves', {
                      attribute: resolveAttribute,
                      type: typeName(resolveIDType),
                    })
                  : t('subjects.resolvesNot'),
            },
            ...(can('data.import')
              ? [
                  {
                    title: t('operations'),
                    key: 'operations',
                    width: 150,
                    render: (_value: unknown, subject: SubjectData) => (
                      <Flex gap={4}>
                        <Button
                          type="link"
                          size="small"
                          className="row-action"
                          onClick={() => setEditing(subject)}
                        >
                          {tc('action.edit')}
                        </Button>
                        <DeleteButton subject={subject} />
                      </Flex>
                    ),
                  },
                ]
              : []),
          ]}
        />
      </QueryState>
      {editing && (
        <Suspense>
          <SubjectDialog
            subject={editing === 'new' ? null : editing}
            idTypes={idTypes}
            onClose={() => setEditing(null)}
          />
        </Suspense>
      )}
    </Card>
  );
}

/** The server knows what still uses a subject, and says it. */
function DeleteButton({ subject }: { subject: SubjectData }) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const tell = useTell();
  const removal = useAct(DeleteSubject);

  async function remove() {
    const { fault } = await removal.act({ id: subject.id });
    if (fault) tell(fault);
    else void message.success(t('deleted'));
  }

  return (
    <ConfirmButton
      type="link"
      size="small"
      danger
      className="row-action"
      question={t('subjects.remove.question', { name: subject.name })}
      consequence={t('subjects.remove.consequence')}
      onConfirm={remove}
    >
      {tc('action.delete')}
    </ConfirmButton>
  );
}
