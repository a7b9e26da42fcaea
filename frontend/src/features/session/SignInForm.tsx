import { LockOutlined, UserOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Input } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fault } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { type Credentials, signIn } from './account';

interface SignInFormProps {
  /** Fills the form in: a demo account, or who was signed in before. */
  suggested?: Partial<Credentials> | undefined;
  onSignedIn: (email: string) => unknown;
}

/** Counts a lock-out down, so that the button comes back by itself. */
function useWait(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0);
  useEffect(
    function countDown() {
      if (left <= 0) return;
      const timer = window.setTimeout(() => setLeft(left - 1), 1000);
      return () => window.clearTimeout(timer);
    },
    [left],
  );
  return [left, setLeft];
}

export function SignInForm({ suggested, onSignedIn }: SignInFormProps) {
  const { t } = useTranslation('session');
  const { ofFault, ofField } = useFaultWords();
  const [form] = Form.useForm<Credentials>();
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useWait();

  useEffect(
    function fillIn() {
      if (suggested) form.setFieldsValue(suggested);
    },
    [form, suggested],
  );

  async function submit(credentials: Credentials) {
    setBusy(true);
    setFault(undefined);
    const refused = await signIn(credentials);
    setBusy(false);
    if (!refused) {
      await onSignedIn(credentials.email.trim());
      return;
    }
    setWait(Math.ceil(refused.retryAfter ?? 0));
    const known = refused.fields.filter(({ path }) => path === 'email' || path === 'password');
    form.setFields(
      known.map((field) => ({
        name: field.path as keyof Credentials,
        errors: [ofField(field)],
      })),
    );
    if (known.length === 0) setFault(refused);
    else form.focusField(known[0]?.path as keyof Credentials);
  }

  const words = fault && (wait > 0 ? ofFault({ ...fault, retryAfter: wait }) : ofFault(fault));
  return (
    <Form<Credentials>
      form={form}
      name="sign-in"
      layout="vertical"
      requiredMark={false}
      onFinish={(values) => void submit(values)}
    >
      {words && <Alert type="error" showIcon title={words} style={{ marginBlockEnd: 16 }} />}
      <Form.Item
        name="email"
        label={t('form.email')}
        validateTrigger="onSubmit"
        rules={[
          { required: true, whitespace: true, message: t('form.emailMissing') },
          { type: 'email', transform: (v: string) => v.trim(), message: t('form.emailWrong') },
        ]}
      >
        <Input
          size="large"
          autoComplete="username"
          inputMode="email"
          prefix={<UserOutlined aria-hidden />}
        />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('form.password')}
        rules={[{ required: true, message: t('form.passwordMissing') }]}
      >
        <Input.Password
          size="large"
          autoComplete="current-password"
          prefix={<LockOutlined aria-hidden />}
        />
      </Form.Item>
      <Button
        type="primary"
        htmlType="submit"
        size="large"
        block
        loading={busy}
        disabled={wait > 0}
      >
        {wait > 0 ? t('form.wait', { seconds: wait }) : t('form.submit')}
      </Button>
    </Form>
  );
}
