import { Alert, Flex, Modal } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { retryRefused } from '@/shared/graphql/client';
import { clearExpiry } from './expiry';
import { SignInForm } from './SignInForm';
import { SessionQuery, useSession } from './session';

/**
 * Stands over the page when the session has ended: the page stays as it is, with what was typed.
 * Somebody else's sign-in opens the console anew, because the page was not theirs.
 */
export function ExpiredDialog() {
  const { t } = useTranslation('session');
  const { me } = useSession();
  const client = useClient();
  const suggested = useMemo(() => ({ email: me.account.email }), [me.account.email]);

  async function resume(email: string) {
    if (email.toLowerCase() !== me.account.email.toLowerCase()) {
      window.location.assign('/');
      return;
    }
    await client.query(SessionQuery, {}, { requestPolicy: 'network-only' }).toPromise();
    clearExpiry();
    retryRefused(client);
  }

  return (
    <Modal
      open
      title={t('expired.title')}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      footer={null}
      width={420}
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={t('expired.text')} />
        <SignInForm suggested={suggested} onSignedIn={resume} />
      </Flex>
    </Modal>
  );
}
