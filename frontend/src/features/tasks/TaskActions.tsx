import { DownOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown, Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '@/shared/ui/LinkButton';
import type { TaskRowData } from './TaskRow';
import { ACTIONS, actionsOf, type TaskAction } from './taskOperations';
import { type ActionDone, useTaskAction } from './useTaskAction';

interface TaskActionsProps {
  task: TaskRowData;
  /** In a row: one link and a menu. On the page of the task: buttons. */
  look: 'row' | 'page';
  onDone?: ActionDone;
}

const isAction = (key: string): key is TaskAction => ACTIONS.some((action) => action === key);

/** What the viewer may do with a task now, as the server said. */
export function TaskActions({ task, look, onDone }: TaskActionsProps) {
  const { t } = useTranslation('tasks');
  const navigate = useNavigate();
  const act = useTaskAction(onDone ?? (() => {}));
  const { id, name, type, operations, approval } = task;
  const actions = actionsOf(operations);
  const decides = operations.includes('APPROVE') && approval !== null;

  if (look === 'page') {
    return (
      <>
        {operations.includes('EDIT') && (
          <LinkButton to="/tasks/$id/edit" params={{ id }} search={{}} look="primary">
            {t('action.EDIT.verb')}
          </LinkButton>
        )}
        {decides && (
          <LinkButton to="/approvals" search={{ tab: 'todo', open: approval.id }} look="primary">
            {t('action.APPROVE.verb')}
          </LinkButton>
        )}
        {actions.map((action) => (
          <Button
            key={action}
            danger={action === 'CANCEL' || action === 'DELETE'}
            onClick={() => act(action, { id, name, type })}
          >
            {t(`action.${action}.verb`)}
          </Button>
        ))}
      </>
    );
  }

  const items = [
    ...(decides ? [{ key: 'APPROVE', label: t('action.APPROVE.verb') }] : []),
    ...actions.map((action) => ({
      key: action,
      label: t(`action.${action}.verb`),
      danger: action === 'CANCEL' || action === 'DELETE',
    })),
  ];
  return (
    <Flex gap={4} wrap={false}>
      {operations.includes('EDIT') ? (
        <LinkButton
          to="/tasks/$id/edit"
          params={{ id }}
          search={{}}
          look="link"
          size="small"
          className="row-action"
        >
          {t('action.EDIT.verb')}
        </LinkButton>
      ) : (
        <LinkButton
          to="/tasks/$id"
          params={{ id }}
          search={{}}
          look="link"
          size="small"
          className="row-action"
        >
          {t(operations.includes('ANALYSE') ? 'action.ANALYSE.verb' : 'action.VIEW.verb')}
        </LinkButton>
      )}
      {items.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items,
            onClick: ({ key }) => {
              if (key === 'APPROVE' && approval)
                void navigate({ to: '/approvals', search: { tab: 'todo', open: approval.id } });
              if (isAction(key)) act(key, { id, name, type });
            },
          }}
        >
          <Button
            type="link"
            size="small"
            className="row-action"
            icon={<DownOutlined aria-hidden />}
            iconPlacement="end"
            aria-label={t('list.moreOf', { name })}
          >
            {t('list.more')}
          </Button>
        </Dropdown>
      )}
    </Flex>
  );
}
