import { App, Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAct } from '@/shared/graphql/useAct';
import { useFormFault } from '../useFormFault';
import { type EventDetail, UpdateEvent } from './eventQueries';

const NAME_MAX = 100;
const DESCRIPTION_MAX = 2000;

interface EventForm {
  displayName: string;
  description: string;
}

/** Names an event for people; its name in data and rules stays. */
export function EventDialog({ event, onClose }: { event: EventDetail; onClose: () => void }) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<EventForm>();
  const place = useFormFault(form);
  const update = useAct(UpdateEvent);

  async function save({ displayName, description }: EventForm) {
    const { fault } = await update.act({
      id: event.id,
      displayName: displayName.trim(),
      description: description.trim(),
    });
    if (fault) return place(fault);
    void message.success(t('saved'));
    onClose();
  }

  return (
    <Modal
      open
      title={t('editOf', { name: event.name })}
      okText={tc('action.save')}
      cancelText={tc('action.cancel')}
      confirmLoading={update.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<EventForm>
        form={form}
        name="event"
        layout="vertical"
        initialValues={event}
        onFinish={(values) => void save(values)}
      >
        <Form.Item
          name="displayName"
          label={t('property.displayName')}
          extra={t('events.renameHint')}
          rules={[{ max: NAME_MAX, message: t('rule.TOO_LONG', { limit: NAME_MAX }) }]}
        >
          <Input autoFocus autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="description"
          label={t('property.description')}
          rules={[
            { max: DESCRIPTION_MAX, message: t('rule.TOO_LONG', { limit: DESCRIPTION_MAX }) },
          ]}
        >
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
