import { Button, Form, Input, Select } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { TaskCreators, TaskFilterOptions } from './taskListQuery';
import {
  APPROVAL_STATUSES,
  isFiltered,
  TASK_STATUSES,
  TASK_TYPES,
  type TaskFilter,
} from './taskSearch';

interface TaskFiltersProps {
  filter: TaskFilter;
  onFilter: (filter: TaskFilter) => void;
}

const named = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });

/** The filters of the task list. Choices act at once, typed text on Enter or the button. */
export function TaskFilters({ filter, onFilter }: TaskFiltersProps) {
  const { t } = useTranslation('tasks');
  const [form] = Form.useForm<TaskFilter>();
  const [{ data }] = useQuery({ query: TaskFilterOptions });
  const [{ data: members }] = useQuery({ query: TaskCreators });

  useEffect(
    function followAddress() {
      form.resetFields();
      form.setFieldsValue(filter);
    },
    [form, filter],
  );

  return (
    <Form<TaskFilter>
      form={form}
      name="task-filter"
      role="search"
      aria-label={t('list.filters')}
      className="filter-grid"
      onFinish={(values) => onFilter(values)}
      onValuesChange={(changed, values) => {
        if (!('q' in changed) || changed.q === '') onFilter(values);
      }}
    >
      <Form.Item name="q" label={t('list.q')}>
        <Input allowClear maxLength={64} placeholder={t('list.qHint')} />
      </Form.Item>
      <Form.Item name="status" label={t('list.status')}>
        <Select
          allowClear
          mode="multiple"
          maxTagCount="responsive"
          placeholder={t('list.any')}
          options={TASK_STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="approval" label={t('list.approval')}>
        <Select
          allowClear
          mode="multiple"
          maxTagCount="responsive"
          placeholder={t('list.any')}
          options={APPROVAL_STATUSES.map((value) => ({
            value,
            label: t(`approvalStatus.${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item name="type" label={t('list.type')}>
        <Select
          allowClear
          mode="multiple"
          maxTagCount="responsive"
          placeholder={t('list.any')}
          options={TASK_TYPES.map((value) => ({ value, label: t(`type.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="channel" label={t('list.channel')}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('list.any')}
          options={nodesOf(data?.channels).map(named)}
        />
      </Form.Item>
      <Form.Item name="campaign" label={t('list.campaign')}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('list.any')}
          options={nodesOf(data?.campaigns).map(named)}
        />
      </Form.Item>
      <Form.Item name="creator" label={t('list.creator')}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('list.any')}
          options={nodesOf(members?.members).map(({ account }) => named(account))}
        />
      </Form.Item>
      <div className="filter-buttons">
        <Button htmlType="submit" type="primary">
          {t('list.search')}
        </Button>
        <Button disabled={!isFiltered(filter)} onClick={() => onFilter({})}>
          {t('list.reset')}
        </Button>
      </div>
    </Form>
  );
}
