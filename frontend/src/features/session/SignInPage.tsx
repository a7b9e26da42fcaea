import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Alert, Card, Divider, Flex, Typography } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useQuery } from 'urql';
import { isLocale, switchLocale } from '@/shared/i18n/i18n';
import { Brand } from '@/shared/ui/Brand';
import type { Credentials } from './account';
import { DemoHint } from './DemoHint';
import { LanguageSwitch } from './LanguageSwitch';
import { SignInForm } from './SignInForm';
import { SessionQuery } from './session';
import { safeReturnPath } from './signInSearch';

const route = getRouteApi('/sign-in');

/** The door. After it the person is back where they were going. */
export function SignInPage() {
  const { t } = useTranslation('session');
  const { from, because } = route.useSearch();
  const router = useRouter();
  const client = useClient();
  const [{ data }] = useQuery({ query: SessionQuery });
  const [picked, setPicked] = useState<Credentials>();

  useEffect(
    function nameBrowserTab() {
      document.title = `${t('title')} · Tidings`;
    },
    [t],
  );

  async function enter() {
    const session = await client
      .query(SessionQuery, {}, { requestPolicy: 'network-only' })
      .toPromise();
    const locale = session.data?.me?.account.locale;
    if (isLocale(locale)) await switchLocale(locale);
    router.history.push(safeReturnPath(from));
  }

  return (
    <Flex
      component="main"
      vertical
      align="center"
      justify="center"
      gap="large"
      style={{ minHeight: '100vh', padding: 24, background: '#f3f5f8' }}
    >
      <Card style={{ width: '100%', maxWidth: 420 }} styles={{ body: { padding: 32 } }}>
        <Flex vertical gap="middle">
          <Flex justify="space-between" align="center">
            <Brand />
            <LanguageSwitch />
          </Flex>
          <div>
            <Typography.Title level={1} style={{ fontSize: 22, margin: 0 }}>
              {t('title')}
            </Typography.Title>
            <Typography.Text type="secondary">{t('subtitle')}</Typography.Text>
          </div>
          {because && (
            <Alert
              type={because === 'expired' ? 'warning' : 'success'}
              showIcon
              title={t(`because.${because}`)}
            />
          )}
          <SignInForm suggested={picked} onSignedIn={enter} />
          {data?.server.demo && (
            <>
              <Divider style={{ margin: 0 }} />
              <DemoHint onPick={setPicked} />
            </>
          )}
        </Flex>
      </Card>
    </Flex>
  );
}
