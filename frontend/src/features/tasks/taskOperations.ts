import { graphql } from '@/shared/graphql/graphql';
import { type TaskOperation, TaskRow } from './TaskRow';

const SubmitTask = graphql(
  `mutation SubmitTask($id: ID!) { task: submitTask(id: $id) { ...TaskRow } }`,
  [TaskRow],
);
const WithdrawTask = graphql(
  `mutation WithdrawTask($id: ID!) { task: withdrawTask(id: $id) { ...TaskRow } }`,
  [TaskRow],
);
const PauseTask = graphql(
  `mutation PauseTask($id: ID!) { task: pauseTask(id: $id) { ...TaskRow } }`,
  [TaskRow],
);
const ResumeTask = graphql(
  `mutation ResumeTask($id: ID!) { task: resumeTask(id: $id) { ...TaskRow } }`,
  [TaskRow],
);
const CancelTask = graphql(
  `mutation CancelTask($id: ID!) { task: cancelTask(id: $id) { ...TaskRow } }`,
  [TaskRow],
);
const RetryTask = graphql(
  `mutation RetryTask($id: ID!) { task: retryTask(id: $id) { ...TaskRow } }`,
  [TaskRow],
);
const CopyTask = graphql(`mutation CopyTask($id: ID!) { task: copyTask(id: $id) { ...TaskRow } }`, [
  TaskRow,
]);

export const DeleteTask = graphql(`mutation DeleteTask($id: ID!) { deleteTask(id: $id) }`);
export const UrgeApproval = graphql(
  `mutation UrgeApproval($id: ID!) { urgeApproval(taskId: $id) { id urgedAt } }`,
);

/** Operations that change the task and give it back. */
export const TASK_MUTATIONS = {
  SUBMIT: SubmitTask,
  WITHDRAW: WithdrawTask,
  PAUSE: PauseTask,
  RESUME: ResumeTask,
  CANCEL: CancelTask,
  RETRY: RetryTask,
  COPY: CopyTask,
} as const;

export type MutatingOperation = keyof typeof TASK_MUTATIONS;

/** Operations done on the spot, in the order of the menu. The others are links to a page. */
export const ACTIONS = [
  'SUBMIT',
  'WITHDRAW',
  'URGE',
  'PAUSE',
  'RESUME',
  'RETRY',
  'COPY',
  'CANCEL',
  'DELETE',
] as const satisfies readonly TaskOperation[];
export type TaskAction = (typeof ACTIONS)[number];

/** Which actions ask first: those that send or stop messages, and those that cannot be undone. */
export const ASKING: Partial<Record<TaskAction, 'plain' | 'danger'>> = {
  SUBMIT: 'plain',
  WITHDRAW: 'plain',
  PAUSE: 'plain',
  RESUME: 'plain',
  RETRY: 'plain',
  CANCEL: 'danger',
  DELETE: 'danger',
};

export function actionsOf(operations: readonly TaskOperation[]): TaskAction[] {
  return ACTIONS.filter((action) => operations.includes(action));
}
