import { AutoComplete, Form, Input, Modal, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Catalogue } from '@/features/rules/catalogue';
import { useCatalogue } from '@/features/rules/useCatalogue';
import { printVariable, VARIABLE_NAME, type VariableSource } from './contentText';

interface VariableForm {
  source: VariableSource;
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
  const { catalogue } = useCatalogue();
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
              { value: 'tag', label: t('variable.tag') },
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
              options={(eventFields ?? []).map(optionOf)}
            />
          ) : (
            <AutoComplete
              autoFocus
              showSearch={{
                filterOption: (text, option) =>
                  String(option?.label ?? '')
                    .toLowerCase()
                    .includes(text.toLowerCase()),
              }}
              options={namesOf(source, catalogue).map(optionOf)}
            />
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

interface Name {
  name: string;
  label: string;
}

function optionOf({ name, label }: Name) {
  return { value: name, label: label === name ? name : `${label} (${name})` };
}

/** What the project's data calls such values; others can be typed. */
function namesOf(source: VariableSource, catalogue: Catalogue | null): Name[] {
  if (!catalogue) return [];
  if (source === 'id') return catalogue.idTypes.map(({ key, label }) => ({ name: key, label }));
  const fields = source === 'tag' ? catalogue.tags : catalogue.attributes;
  return fields.filter(({ enabled, name }) => enabled && VARIABLE_NAME.test(name));
}
