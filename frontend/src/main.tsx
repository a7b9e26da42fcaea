import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/App';
import { createAppRouter } from '@/app/router';
import { reportExpiry } from '@/features/session/expiry';
import { rememberedProject } from '@/features/session/project';
import { createGraphQLClient } from '@/shared/graphql/client';
import { rememberedLocale, startI18n } from '@/shared/i18n/i18n';
import './main.css';

const socketUrl = new URL('/graphql', window.location.href);
socketUrl.protocol = socketUrl.protocol.replace('http', 'ws');

const client = createGraphQLClient({
  httpUrl: '/graphql',
  socketUrl: socketUrl.href,
  project: rememberedProject(),
  onUnauthenticated: reportExpiry,
});

const host = document.getElementById('root');
if (!host) throw new Error('#root is missing from index.html');
await startI18n(rememberedLocale());
createRoot(host).render(
  <StrictMode>
    <App client={client} router={createAppRouter()} />
  </StrictMode>,
);
