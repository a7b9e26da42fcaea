import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Button, Flex, Layout, Menu, Spin } from 'antd';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { ApprovalCount } from '@/features/approvals/ApprovalCount';
import { BusinessClock } from '@/features/clock/BusinessClock';
import { SetLocale } from '@/features/session/account';
import { useExpired } from '@/features/session/expiry';
import { LanguageSwitch } from '@/features/session/LanguageSwitch';
import { ProjectSwitch } from '@/features/session/ProjectSwitch';
import { forgetProject, rememberedProject } from '@/features/session/project';
import { type Session, SessionContext, SessionQuery, useCan } from '@/features/session/session';
import { UserMenu } from '@/features/session/UserMenu';
import { faultOf } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { TimeProvider } from '@/shared/time/TimeContext';
import { Brand } from '@/shared/ui/Brand';
import { Notice } from '@/shared/ui/Notice';
import { placeOf, visibleMenu } from './menu';

const loadExpiredDialog = () => import('@/features/session/ExpiredDialog');
const ExpiredDialog = lazy(async () => ({ default: (await loadExpiredDialog()).ExpiredDialog }));

/** Lets in who is signed in, and gives the pages their session and their project's time. */
export function ConsoleLayout() {
  const [{ data, error }, retry] = useQuery({ query: SessionQuery });
  const expired = useExpired();
  // Who was here last stays on the page when the session ends: it asks for a new one over the page.
  const [last, setLast] = useState<Session['me'] | null>(null);
  const serverNow = data?.server.now;
  const offset = useMemo(() => (serverNow ? Date.parse(serverNow) - Date.now() : 0), [serverNow]);

  useEffect(function fetchDialogAhead() {
    // It must be here when the session ends, even if a newer release has removed its file by then.
    const timer = window.setTimeout(() => void loadExpiredDialog().catch(() => {}), 3000);
    return () => window.clearTimeout(timer);
  }, []);

  if (!data) {
    if (error) return <NoSession error={error} onRetry={() => retry()} />;
    return <Spin fullscreen />;
  }
  if (data.me && data.me !== last) setLast(data.me);
  const me = data.me ?? last;
  if (!me) return <ToSignIn because={expired ? 'expired' : undefined} />;
  const session: Session = { me, server: data.server };
  return (
    <SessionContext value={session}>
      <TimeProvider zone={session.me.project.timeZone} offset={offset}>
        <Frame session={session}>
          <Outlet />
        </Frame>
        {(expired || !data.me) && (
          <Suspense>
            <ExpiredDialog />
          </Suspense>
        )}
      </TimeProvider>
    </SessionContext>
  );
}

/** Leads to the door, and remembers where the person was going: once, before the address changes. */
function ToSignIn({ because }: { because: 'expired' | undefined }) {
  const navigate = useNavigate();
  const { href } = useLocation();
  const [from] = useState(href === '/' ? undefined : href);
  useEffect(
    function leave() {
      void navigate({ to: '/sign-in', search: { from, because }, replace: true });
    },
    [navigate, from, because],
  );
  return <Spin fullscreen />;
}

interface FrameProps {
  session: Session;
  children: ReactNode;
}

function Frame({ session, children }: FrameProps) {
  const { t } = useTranslation();
  const can = useCan();
  const [, setLocale] = useMutation(SetLocale);
  const { pathname } = useLocation();
  const { demo } = session.server;
  const sections = visibleMenu({ can, demo });
  const place = placeOf(pathname, sections);

  return (
    <Layout style={{ minHeight: '100vh' }}>
      <a className="skip-link" href="#main-content">
        {t('app.skipToContent')}
      </a>
      <Layout.Header className="console-header">
        <Link to="/tasks" aria-label={t('app.home')}>
          <Brand />
        </Link>
        <nav aria-label={t('nav.sections')} className="console-sections">
          <Menu
            mode="horizontal"
            // Sections that hide behind “…” stay in the tab order, where axe rightly minds them.
            disabledOverflow
            selectedKeys={place ? [place.section.key] : []}
            style={{ borderBlockEnd: 'none', background: 'transparent' }}
            items={sections.map((section) => ({
              key: section.key,
              label: (
                <Link to={section.groups[0]?.pages[0]?.to ?? '/tasks'}>
                  {t(`nav.section.${section.key}`)}
                </Link>
              ),
            }))}
          />
        </nav>
        <Flex align="center" gap="small">
          {demo && <BusinessClock />}
          <ProjectSwitch />
          <LanguageSwitch onSwitch={(locale) => setLocale({ locale })} />
          <UserMenu />
        </Flex>
      </Layout.Header>
      <Layout>
        <Layout.Sider theme="light" width={188} className="console-sider">
          <nav aria-label={t('nav.pages')}>
            <Menu
              selectedKeys={place ? [place.page.key] : []}
              style={{ borderInlineEnd: 'none' }}
              items={((place?.section ?? sections[0])?.groups ?? []).map((group) => ({
                key: group.key,
                type: 'group' as const,
                label: t(`nav.group.${group.key}`),
                children: group.pages.map((page) => ({
                  key: page.key,
                  label: (
                    <Flex justify="space-between" align="center">
                      <Link to={page.to}>{t(`nav.page.${page.key}`)}</Link>
                      {page.key === 'approvals' && <ApprovalCount />}
                    </Flex>
                  ),
                })),
              }))}
            />
          </nav>
        </Layout.Sider>
        <Layout.Content id="main-content" tabIndex={-1} className="console-content">
          <Suspense fallback={<Spin style={{ display: 'block', marginBlock: 96 }} />}>
            {children}
          </Suspense>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

interface NoSessionProps {
  error: Parameters<typeof faultOf>[0];
  onRetry: () => void;
}

/** The server did not say who is there: it is away, or the remembered project is not ours any more. */
function NoSession({ error, onRetry }: NoSessionProps) {
  const { t } = useTranslation();
  const { ofFault } = useFaultWords();
  const fault = faultOf(error);
  function again() {
    if (fault.code !== 'NETWORK' && rememberedProject()) {
      forgetProject();
      window.location.reload();
    } else onRetry();
  }
  return (
    <main>
      <Notice
        title={t('state.error')}
        text={ofFault(fault)}
        action={
          <Button type="primary" onClick={again}>
            {t('state.retry')}
          </Button>
        }
      />
    </main>
  );
}
