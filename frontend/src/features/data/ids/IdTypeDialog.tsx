import { App, Form, Input, InputNumber, Modal, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAct } from '@/shared/graphql/useAct';
import { useFormFault } from '../useFormFault';
import { type IdType, SaveIdType } from './idQueries';
import { useIdTypeName } from './useIdTypeName';

export const CODE = /^[a-z][a-z0-9_]*$/;
const CODE_MAX = 40;
const NAME_MAX = 60;
const PRIORITY_MAX = 1000;

interface IdTypeDialogProps {
  /** The type to change; null adds one. */
  idType: IdType | null;
  onClose: () => void;
}

/** A kind of ID: its rank, whether a person may hold several, whether it joins people. */
export function IdTypeDialog({ idType, onClose }: IdTypeDialogProps) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<IdType>();
  const place = useFormFault(form);
  const save = useAct(SaveIdType);
  const idTypeName = useIdTypeName();

  async function submit({ code, name, multi, priority, inMapping }: IdType) {
    const { fault } = await save.act({
      code: idType?.code ?? code.trim(),
      name: name.trim(),
      multi,
      priority,
      inMapping,
    });
    if (fault) return place(fault);
    void message.success(t('saved'));
    onClose();
  }

  const required = { required: true, whitespace: true, message: t('rule.REQUIRED') };
  return (
    <Modal
      open
      title={idType ? t('editOf', { name: idTypeName(idType.code, idType.name) }) : t('ids.create')}
      okText={tc('action.save')}
      cancelText={tc('action.cancel')}
      confirmLoading={save.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<IdType>
        form={form}
        name="id-type"
        layout="vertical"
        initialValues={idType ?? { multi: false, priority: 100, inMapping: true }}
        onFinish={(values) => void submit(values)}
      >
        <Form.Item
          name="code"
          label={t('ids.code')}
          extra={t('ids.codeHint')}
          rules={[required, { pattern: CODE, message: t('rule.code.INVALID_FORMAT') }]}
        >
          <Input autoComplete="off" maxLength={CODE_MAX} disabled={idType !== null} />
        </Form.Item>
        <Form.Item name="name" label={t('ids.name')} rules={[required]}>
          <Input autoComplete="off" maxLength={NAME_MAX} showCount />
        </Form.Item>
        <Form.Item
          name="priority"
          label={t('ids.priority')}
          extra={t('ids.priorityHint')}
          rules={[{ required: true, message: t('rule.REQUIRED') }]}
        >
          <InputNumber min={1} max={PRIORITY_MAX} precision={0} />
        </Form.Item>
        <Form.Item
          name="multi"
          label={t('ids.several')}
          extra={t('ids.multiHint')}
          valuePropName="checked"
        >
          <Switch />
        </Form.Item>
        <Form.Item
          name="inMapping"
          label={t('ids.inMapping')}
          extra={t('ids.inMappingHint')}
          valuePropName="checked"
        >
          <Switch />
        </Form.Item>
      </Form>
    </Modal>
  );
}
