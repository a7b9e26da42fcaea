import { PlusOutlined } from '@ant-design/icons';
import { Alert, App, Button, Card, Flex, Table, Tag, Tooltip } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { useAct } from '@/shared/graphql/useAct';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { GROUP_OBJECTS, GroupDialog, type GroupIntent } from './GroupDialog';
import { MessageGroupsQuery } from './GroupNode';
import { type Group, type GroupBranch, MAX_LEVEL, MAX_TOPS, toTree } from './groupTree';
import { DeleteTaskGroup } from './manageGroups';

interface Row extends Group {
  children?: Row[];
}

/** antd's tables fold out rows by their `children`; a leaf has none at all, or it would show a sign. */
function toRow({ group, children }: GroupBranch): Row {
  return children.length > 0 ? { ...group, children: children.map(toRow) } : group;
}

/** The tree of groups that message-outreach tasks can be in (R14–R18). */
export function GroupPage() {
  const { t } = useTranslation('groups');
  const { t: tc } = useTranslation();
  const can = useCan();
  const mayManage = can('group.manage');
  const [intent, setIntent] = useState<GroupIntent | null>(null);
  const [{ data, fetching, error }, refetch] = useQuery({ query: MessageGroupsQuery });
  const groups = data?.messageGroups ?? [];
  const isFull = groups.filter((group) => group.level === 1).length >= MAX_TOPS;

  const columns: ColumnsType<Row> = [
    { title: t('column.name'), dataIndex: 'name', rowScope: 'row' },
    {
      title: t('column.objects'),
      dataIndex: 'objects',
      render: (objects: Row['objects'], { level }) =>
        level > 1 ? t('inherited') : <Objects objects={objects ?? []} />,
    },
    { title: t('column.tasks'), dataIndex: 'taskCount', width: 120, align: 'end' },
    ...(mayManage
      ? [
          {
            title: t('column.operations'),
            key: 'operations',
            width: 320,
            render: (_value: unknown, group: Row) => (
              <Operations group={group} onIntent={setIntent} />
            ),
          },
        ]
      : []),
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('title')}
        description={t('description')}
        path={[tc('nav.section.operations'), tc('nav.group.organise')]}
        actions={
          mayManage && (
            <Tooltip title={isFull ? t('full') : undefined}>
              <Button
                type="primary"
                icon={<PlusOutlined aria-hidden />}
                disabled={isFull}
                onClick={() => setIntent({ kind: 'top' })}
              >
                {t('createTop')}
              </Button>
            </Tooltip>
          )
        }
      />
      {!mayManage && <Alert type="info" showIcon title={t('onlyAdmins')} />}
      <Card size="small" styles={{ body: { padding: 0 } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={groups.length === 0}
          empty={t('none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<Row>
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={toTree(groups).map(toRow)}
            expandable={{ defaultExpandAllRows: true }}
            pagination={false}
          />
        </QueryState>
      </Card>
      {intent && <GroupDialog intent={intent} onClose={() => setIntent(null)} />}
    </Flex>
  );
}

function Objects({ objects }: { objects: readonly string[] }) {
  const { t } = useTranslation('groups');
  return GROUP_OBJECTS.filter((object) => objects.includes(object)).map((object) => (
    <Tag key={object}>{t(`object.${object}`)}</Tag>
  ));
}

interface OperationsProps {
  group: Row;
  onIntent: (intent: GroupIntent) => void;
}

function Operations({ group, onIntent }: OperationsProps) {
  const { t } = useTranslation('groups');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const words = useFieldWords('groups');
  const removal = useAct(DeleteTaskGroup);

  async function remove() {
    const { fault } = await removal.act({ id: group.id });
    const [field] = fault?.fields ?? [];
    if (field) void message.error(words(field));
    else if (fault) removal.tell(fault);
    else void message.success(t('deleted'));
  }

  const inUse = group.taskCount > 0;
  return (
    <Flex gap={4}>
      <Button
        type="link"
        size="small"
        disabled={group.level >= MAX_LEVEL}
        onClick={() => onIntent({ kind: 'below', parent: group })}
      >
        {t('createBelow')}
      </Button>
      <Button type="link" size="small" onClick={() => onIntent({ kind: 'rename', group })}>
        {t('rename')}
      </Button>
      <Tooltip title={inUse ? t('remove.inUse', { count: group.taskCount }) : undefined}>
        <ConfirmButton
          type="link"
          size="small"
          danger
          disabled={inUse}
          question={t('remove.question', { name: group.name })}
          consequence={t('remove.consequence')}
          onConfirm={remove}
        >
          {tc('action.delete')}
        </ConfirmButton>
      </Tooltip>
    </Flex>
  );
}
