import { Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { printVariable, VARIABLE_NAME } from './contentText';

interface VariableForm {
  source: 'attr' | 'id';
  name: string;
  fallback?: string;
}

interface VariableDialogProps {
  onInsert: (written: string) => void;
  onClose: () => void;
}

/** Asks which value to insert and what stands in for it (R83, R84). */
export function VariableDialog({ onInsert, onClose }: VariableDialogProps) {
  const { t } = useTranslation('wizard');
  const { t: tc } = useTranslation();
  const [form] = Form.useForm<VariableForm>();
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
            ]}
          />
        </Form.Item>
        <Form.Item
          name="name"
          label={t('variable.name')}
          extra={t('variable.nameHint')}
          rules={[
            { required: true, message: t('rule.REQUIRED') },
            { pattern: VARIABLE_NAME, message: t('variable.nameWrong') },
          ]}
        >
          <Input autoFocus autoComplete="off" placeholder="nickname" />
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
