import { App, Flex, Form, Input, Modal, Radio, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAct } from '@/shared/graphql/useAct';
import { useFormFault } from '../useFormFault';
import {
  CreateSource,
  SOURCE_KINDS,
  type SourceData,
  type SourceKind,
  UpdateSource,
} from './sourceQueries';

const NAME_MAX = 60;

interface SourceForm {
  name: string;
  kind: SourceKind;
}

interface SourceDialogProps {
  /** The source to rename; null makes a new one. */
  source: SourceData | null;
  onClose: () => void;
  /** Told once of a new source's key. */
  onKey: (name: string, writeKey: string) => void;
}

/** Name and kind of a source of events (spec §12.2). */
export function SourceDialog({ source, onClose, onKey }: SourceDialogProps) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<SourceForm>();
  const place = useFormFault(form);
  const create = useAct(CreateSource);
  const update = useAct(UpdateSource);

  async function save(values: SourceForm) {
    const name = values.name.trim();
    if (source) {
      const { fault } = await update.act({ id: source.id, name });
      if (fault) return place(fault);
      void message.success(t('saved'));
    } else {
      const { data, fault } = await create.act({ name, kind: values.kind });
      if (fault) return place(fault);
      onKey(name, data.createEventSource.writeKey);
    }
    onClose();
  }

  return (
    <Modal
      open
      title={t(source ? 'sources.rename' : 'sources.create')}
      okText={tc('action.save')}
      cancelText={tc('action.cancel')}
      confirmLoading={create.busy || update.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<SourceForm>
        form={form}
        name="source"
        layout="vertical"
        initialValues={source ?? { kind: 'REALTIME' }}
        onFinish={(values) => void save(values)}
      >
        <Form.Item
          name="name"
          label={t('sources.name')}
          rules={[{ required: true, whitespace: true, message: t('rule.REQUIRED') }]}
        >
          <Input autoFocus autoComplete="off" maxLength={NAME_MAX} showCount />
        </Form.Item>
        {!source && (
          <Form.Item name="kind" label={t('sources.kind')}>
            <Radio.Group>
              <Flex vertical gap="small">
                {SOURCE_KINDS.map((kind) => (
                  <Radio key={kind} value={kind}>
                    {t(`kind.${kind}`)}{' '}
                    <Typography.Text type="secondary">{t(`kindHint.${kind}`)}</Typography.Text>
                  </Radio>
                ))}
              </Flex>
            </Radio.Group>
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
