import { App, Button, Flex, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Fault } from '@/shared/graphql/errors';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { Approve, Reject } from './approvalQueries';

const MAX_COMMENT = 500;

interface DecisionFormProps {
  id: string;
  name: string;
  onStale: () => void;
}

/** Approve, or reject with a reason (spec 3.3). */
export function DecisionForm({ id, name, onStale }: DecisionFormProps) {
  const { t } = useTranslation('approvals');
  const { message } = App.useApp();
  const { ofField } = useFaultWords();
  const [form] = Form.useForm<{ comment?: string }>();
  const approving = useAct(Approve);
  const rejecting = useAct(Reject);
  const busy = approving.busy || rejecting.busy;

  function refuse(fault: Fault) {
    const field = fault.fields.find(({ path }) => path === 'comment');
    if (field) form.setFields([{ name: 'comment', errors: [ofField(field)] }]);
    else approving.tell(fault);
    if (fault.code === 'CONFLICT') onStale();
  }

  async function approve() {
    const comment = form.getFieldValue('comment')?.trim() || null;
    const { fault } = await approving.act({ id, comment });
    if (fault) refuse(fault);
    else void message.success(t('decide.approved', { name }));
  }

  async function reject() {
    const comment = form.getFieldValue('comment')?.trim() ?? '';
    if (!comment) {
      form.setFields([{ name: 'comment', errors: [t('decide.reasonMissing')] }]);
      form.focusField('comment');
      return;
    }
    const { fault } = await rejecting.act({ id, comment });
    if (fault) refuse(fault);
    else void message.success(t('decide.rejected', { name }));
  }

  return (
    <Form form={form} name={`decision-${id}`} layout="vertical">
      <Form.Item name="comment" label={t('decide.comment')} extra={t('decide.hint')}>
        <Input.TextArea rows={2} maxLength={MAX_COMMENT} showCount />
      </Form.Item>
      <Flex gap="small">
        <Button
          type="primary"
          loading={approving.busy}
          disabled={busy}
          onClick={() => void approve()}
        >
          {t('decide.approve')}
        </Button>
        <Button danger loading={rejecting.busy} disabled={busy} onClick={() => void reject()}>
          {t('decide.reject')}
        </Button>
      </Flex>
    </Form>
  );
}
