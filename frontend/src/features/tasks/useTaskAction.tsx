import { App } from 'antd';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { type Fault, faultOf } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import type { TaskRowData } from './TaskRow';
import {
  ASKING,
  DeleteTask,
  TASK_MUTATIONS,
  type TaskAction,
  UrgeApproval,
} from './taskOperations';
import { familyOf } from './taskStatus';

interface Target {
  id: string;
  name: string;
  type: TaskRowData['type'];
}

/** Called when an action is done; a copy brings its own ID. */
export type ActionDone = (action: TaskAction, task: Target) => unknown;

/**
 * Performs an operation on a task: asks where it must, saying what it means for its type, sends the mutation, says in words
 * how it went. Refusals of the server are messages, never exceptions.
 */
export function useTaskAction(onDone?: ActionDone) {
  const { t } = useTranslation('tasks');
  const client = useClient();
  const { message, modal } = App.useApp();
  const { ofFault } = useFaultWords();

  const send = useCallback(
    async (action: TaskAction, id: string): Promise<Fault | Target | undefined> => {
      if (action === 'DELETE') {
        const { error } = await client.mutation(DeleteTask, { id }).toPromise();
        return error && faultOf(error);
      }
      if (action === 'URGE') {
        const { error } = await client.mutation(UrgeApproval, { id }).toPromise();
        return error && faultOf(error);
      }
      const { data, error } = await client.mutation(TASK_MUTATIONS[action], { id }).toPromise();
      return error ? faultOf(error) : data?.task;
    },
    [client],
  );

  return useCallback(
    (action: TaskAction, task: Target) => {
      async function perform() {
        const outcome = await send(action, task.id);
        if (outcome && 'code' in outcome) {
          void message.error(ofFault(outcome));
          return;
        }
        void message.success(t(`action.${action}.done`, { name: task.name }));
        onDone?.(action, outcome ?? task);
      }
      const asking = ASKING[action];
      if (!asking) {
        void perform();
        return;
      }
      void modal.confirm({
        title: t(`action.${action}.question`, { name: task.name, defaultValue: '' }),
        content: t(`action.${action}.means.${familyOf(task.type)}`, {
          defaultValue: t(`action.${action}.consequence`, { defaultValue: '' }),
        }),
        okText: t(`action.${action}.verb`),
        cancelText: t('action.back'),
        okButtonProps: { danger: asking === 'danger' },
        onOk: perform,
      });
    },
    [send, message, modal, ofFault, onDone, t],
  );
}
