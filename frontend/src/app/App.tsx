import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider, Spin } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { type Client, Provider } from 'urql';
import type { AppRouter } from './router';
import { THEME } from './theme';

interface AppProps {
  client: Client;
  router: AppRouter;
}

/** The providers round every page. */
export function App({ client, router }: AppProps) {
  const { i18n } = useTranslation();
  const isChinese = i18n.language === 'zh-CN';
  dayjs.locale(isChinese ? 'zh-cn' : 'en');
  useEffect(
    function nameDocumentLanguage() {
      document.documentElement.lang = i18n.language;
    },
    [i18n.language],
  );
  return (
    <ConfigProvider
      locale={isChinese ? zhCN : enUS}
      theme={THEME}
      button={{ autoInsertSpace: false }}
    >
      <AntApp>
        <Provider value={client}>
          <Suspense fallback={<Spin fullscreen />}>
            <RouterProvider router={router} />
          </Suspense>
        </Provider>
      </AntApp>
    </ConfigProvider>
  );
}
