import { App, AutoComplete, Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { PropertyListQuery } from '../properties/propertyQueries';
import { useFormFault } from '../useFormFault';
import { CODE } from './IdTypeDialog';
import { CreateSubject, type IdType, type SubjectData, UpdateSubject } from './idQueries';
import { useIdTypeName } from './useIdTypeName';

interface SubjectForm {
  code: string;
  name: string;
  idType: string;
  resolveAttribute?: string;
  resolveIdType?: string;
}

interface SubjectDialogProps {
  /** The subject to change; null makes a new one. */
  subject: SubjectData | null;
  idTypes: readonly IdType[];
  onClose: () => void;
}

/** A subject: the ID that names one, and the attribute that names its person (R12). */
export function SubjectDialog({ subject, idTypes, onClose }: SubjectDialogProps) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<SubjectForm>();
  const place = useFormFault(form);
  const create = useAct(CreateSubject);
  const update = useAct(UpdateSubject);
  const idTypeName = useIdTypeName();
  const attribute = Form.useWatch('resolveAttribute', form);
  const [{ data }] = useQuery({
    query: PropertyListQuery,
    variables: { first: 200, where: { owner: 'ATTRIBUTE' } },
  });

  async function save(values: SubjectForm) {
    const resolveAttribute = values.resolveAttribute?.trim() ?? '';
    const input = {
      name: values.name.trim(),
      resolveAttribute,
      resolveIdType: resolveAttribute ? (values.resolveIdType ?? '') : '',
    };
    const { fault } = subject
      ? await update.act({ id: subject.id, input })
      : await create.act({
          input: { ...input, code: values.code.trim(), idType: values.idType },
        });
    if (fault) return place(fault);
    void message.success(t('saved'));
    onClose();
  }

  const required = { required: true, whitespace: true, message: t('rule.REQUIRED') };
  const types = idTypes.map(({ code, name }) => ({
    value: code,
    label: `${idTypeName(code, name)} (${code})`,
  }));
  return (
    <Modal
      open
      title={subject ? t('editOf', { name: subject.name }) : t('subjects.create')}
      okText={tc('action.save')}
      cancelText={tc('action.cancel')}
      confirmLoading={create.busy || update.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<SubjectForm>
        form={form}
        name="subject"
        layout="vertical"
        initialValues={
          subject ? { ...subject, resolveIdType: subject.resolveIDType || undefined } : {}
        }
        onFinish={(values) => void save(values)}
      >
        <Form.Item
          name="code"
          label={t('subjects.code')}
          extra={t('subjects.codeHint')}
          rules={[required, { pattern: CODE, message: t('rule.code.INVALID_FORMAT') }]}
        >
          <Input autoComplete="off" maxLength={40} disabled={subject !== null} />
        </Form.Item>
        <Form.Item name="name" label={t('subjects.name')} rules={[required]}>
          <Input autoComplete="off" maxLength={60} showCount />
        </Form.Item>
        <Form.Item
          name="idType"
          label={t('subjects.idType')}
          extra={t('subjects.idTypeHint')}
          rules={[required]}
        >
          <Select options={types} disabled={subject !== null} />
        </Form.Item>
        <Form.Item
          name="resolveAttribute"
          label={t('subjects.attribute')}
          extra={t('subjects.attributeHint')}
        >
          <AutoComplete
            allowClear
            options={nodesOf(data?.properties).map(({ name }) => ({ value: name }))}
          />
        </Form.Item>
        {attribute?.trim() && (
          <Form.Item
            name="resolveIdType"
            label={t('subjects.resolveIdType')}
            rules={[{ required: true, message: t('rule.REQUIRED') }]}
          >
            <Select options={types} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
