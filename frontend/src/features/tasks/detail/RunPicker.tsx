import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { RunChoicesQuery } from './runQueries';
import type { RunRowData, TaskPageData } from './taskPageQuery';
import { useRunWords } from './useRunWords';

const MOST = 100;

interface RunPickerProps {
  task: TaskPageData;
  /** The chosen run; it is offered even when it is older than the others. */
  chosen: RunRowData | undefined;
  value?: string | undefined;
  onChange?: (run: string | undefined) => void;
  /** Set by a form field. */
  id?: string;
  label?: string;
}

/** Chooses one of a task's executions (子任务), or a day of a triggered one; nothing is all. */
export function RunPicker({ task, chosen, value, onChange, id, label }: RunPickerProps) {
  const { t } = useTranslation('tasks');
  const { name } = useRunWords();
  const [{ data }] = useQuery({
    query: RunChoicesQuery,
    variables: { id: task.id, first: MOST },
    requestPolicy: 'cache-and-network',
  });
  const newest = data?.node?.__typename === 'Task' ? nodesOf(data.node.runs) : [];
  const runs = chosen && !newest.some((run) => run.id === chosen.id) ? [...newest, chosen] : newest;
  return (
    <Select
      {...(id ? { id } : {})}
      {...(label ? { 'aria-label': label } : {})}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={t('recipients.allRuns')}
      value={value}
      onChange={(run: string | undefined) => onChange?.(run)}
      style={{ minWidth: 220 }}
      options={runs.map((run) => ({ value: run.id, label: name(run) }))}
    />
  );
}
