import { Form, Input, Modal, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { printVariable, VARIABLE_NAME } from './contentText';

interface VariableForm {
  source: 'attr' | 'id' | 'event';
  name: string;
  fallback?: string;
}

interface VariableDialogProps {
  /** Properties of the triggering event; null where there is none (a scheduled task). */
  eventFields: readonly { name: string; label: string }[] | null;
  onInsert: (written: string) => void;
  onClose: () => void;
}

/** Asks which value to insert and what stands in for it (R83, R84). */
export function VariableDialog({ eventFields, onInsert, onClose }: VariableDialogProps) {
  const { t } = useTranslation('wizard');
  const { t: tc } = useTranslation();
  const [form] = Form.useForm<VariableForm>();
  const source = Form.useWatch('source', form) ?? 'attr';
  return (
    <Modal
      open
      title={t('variable.title')}
      okText={t('variable.insert')}
      cancelText={tc('action.cancel')}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        name="variable"
        layout="vertical"
        initialValues={{ source: 'attr' }}
        onFinish={({ source, name, fallback }: VariableForm) =>
          onInsert(printVariable({ source, name, fallback: fallback?.trim() || null }))
        }
      >
        <Form.Item name="source" label={t('variable.source')}>
          <Radio.Group
            options={[
              { value: 'attr', label: t('variable.attr') },
              { value: 'id', label: t('variable.id') },
              ...(eventFields ? [{ value: 'event', label: t('variable.event') }] : []),
            ]}
            onChange={() => form.resetFields(['name'])}
          />
        </Form.Item>
        <Form.Item
          name="name"
          label={t(source === 'event' ? 'variable.eventName' : 'variable.name')}
          extra={t(source === 'event' ? 'variable.eventHint' : 'variable.nameHint')}
          rules={[
            { required: true, message: t('rule.REQUIRED') },
            { pattern: VARIABLE_NAME, message: t('variable.nameWrong') },
          ]}
        >
          {source === 'event' ? (
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              notFoundContent={t('variable.eventNone')}
              options={(eventFields ?? []).map(({ name, label }) => ({
                value: name,
                label: label === name ? name : `${label} (${name})`,
              }))}
            />
          ) : (
            <Input autoFocus autoComplete="off" placeholder="nickname" />
          )}
        </Form.Item>
        <Form.Item
          name="fallback"
          label={t('variable.fallback')}
          extra={t('variable.fallbackHint')}
          rules={[{ pattern: /^[^{}|]*$/, message: t('variable.fallbackWrong') }]}
        >
          <Input autoComplete="off" maxLength={100} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
