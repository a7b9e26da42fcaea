import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
  redirect,
} from '@tanstack/react-router';
import { approvalSearchSchema } from '@/features/approvals/approvalSearch';
import { campaignSearchSchema } from '@/features/campaigns/campaignSearch';
import { eventSearchSchema } from '@/features/data/events/eventSearch';
import { importSearchSchema, newImportSearchSchema } from '@/features/data/imports/importSearch';
import { attributeSearchSchema } from '@/features/data/properties/attributeSearch';
import { sourceSearchSchema } from '@/features/data/sources/sourceSearch';
import { streamSearchSchema } from '@/features/data/stream/streamSearch';
import { tableSearchSchema } from '@/features/data/tables/tableSearch';
import { peopleSearchSchema, personSearchSchema } from '@/features/people/peopleSearch';
import { sandboxSearchSchema } from '@/features/sandbox/sandboxSearch';
import { segmentSearchSchema } from '@/features/segments/segmentSearch';
import { signInSearchSchema } from '@/features/session/signInSearch';
import { taskDetailSearchSchema } from '@/features/tasks/taskDetailSearch';
import { taskSearchSchema } from '@/features/tasks/taskSearch';
import { wizardSearchSchema } from '@/features/tasks/wizard/wizardSearch';
import { parseSearchText, printSearchText } from '@/shared/routing/searchText';
import { ConsoleLayout } from './ConsoleLayout';
import { NotFoundPage } from './NotFoundPage';
import { RouteError } from './RouteError';

const root = createRootRoute({ notFoundComponent: NotFoundPage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearchSchema,
  component: lazyRouteComponent(() => import('@/features/session/SignInPage'), 'SignInPage'),
});

/** Every page below it is for signed-in people and stands in the frame with the menu. */
const framed = createRoute({
  getParentRoute: () => root,
  id: 'console',
  component: ConsoleLayout,
});

const home = createRoute({
  getParentRoute: () => framed,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/tasks' });
  },
});
const tasks = createRoute({
  getParentRoute: () => framed,
  path: '/tasks',
  validateSearch: taskSearchSchema,
  component: lazyRouteComponent(() => import('@/features/tasks/TaskListPage'), 'TaskListPage'),
});
const newTask = createRoute({
  getParentRoute: () => framed,
  path: '/tasks/new',
  validateSearch: wizardSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/tasks/wizard/TaskWizardPage'),
    'TaskWizardPage',
  ),
});
const editTask = createRoute({
  getParentRoute: () => framed,
  path: '/tasks/$id/edit',
  validateSearch: wizardSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/tasks/wizard/TaskWizardPage'),
    'TaskWizardPage',
  ),
});
const task = createRoute({
  getParentRoute: () => framed,
  path: '/tasks/$id',
  validateSearch: taskDetailSearchSchema,
  component: lazyRouteComponent(() => import('@/features/tasks/TaskPage'), 'TaskPage'),
});
const approvals = createRoute({
  getParentRoute: () => framed,
  path: '/approvals',
  validateSearch: approvalSearchSchema,
  component: lazyRouteComponent(() => import('@/features/approvals/ApprovalPage'), 'ApprovalPage'),
});
const groups = createRoute({
  getParentRoute: () => framed,
  path: '/groups',
  component: lazyRouteComponent(() => import('@/features/groups/GroupPage'), 'GroupPage'),
});
const people = createRoute({
  getParentRoute: () => framed,
  path: '/people',
  validateSearch: peopleSearchSchema,
  component: lazyRouteComponent(() => import('@/features/people/PeoplePage'), 'PeoplePage'),
});
const person = createRoute({
  getParentRoute: () => framed,
  path: '/people/$id',
  validateSearch: personSearchSchema,
  component: lazyRouteComponent(() => import('@/features/people/PersonPage'), 'PersonPage'),
});
const events = createRoute({
  getParentRoute: () => framed,
  path: '/data/events',
  validateSearch: eventSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/data/events/EventListPage'),
    'EventListPage',
  ),
});
const event = createRoute({
  getParentRoute: () => framed,
  path: '/data/events/$id',
  component: lazyRouteComponent(() => import('@/features/data/events/EventPage'), 'EventPage'),
});
const attributes = createRoute({
  getParentRoute: () => framed,
  path: '/data/attributes',
  validateSearch: attributeSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/data/properties/AttributePage'),
    'AttributePage',
  ),
});
const tables = createRoute({
  getParentRoute: () => framed,
  path: '/data/tables',
  validateSearch: tableSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/data/tables/TableListPage'),
    'TableListPage',
  ),
});
const table = createRoute({
  getParentRoute: () => framed,
  path: '/data/tables/$id',
  component: lazyRouteComponent(() => import('@/features/data/tables/TablePage'), 'TablePage'),
});
const identity = createRoute({
  getParentRoute: () => framed,
  path: '/data/ids',
  component: lazyRouteComponent(() => import('@/features/data/ids/IdentityPage'), 'IdentityPage'),
});
const sources = createRoute({
  getParentRoute: () => framed,
  path: '/data/sources',
  validateSearch: sourceSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/data/sources/SourceListPage'),
    'SourceListPage',
  ),
});
const imports = createRoute({
  getParentRoute: () => framed,
  path: '/data/imports',
  validateSearch: importSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/data/imports/ImportListPage'),
    'ImportListPage',
  ),
});
const newImport = createRoute({
  getParentRoute: () => framed,
  path: '/data/imports/new',
  validateSearch: newImportSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/data/imports/ImportWizardPage'),
    'ImportWizardPage',
  ),
});
const oneImport = createRoute({
  getParentRoute: () => framed,
  path: '/data/imports/$id',
  component: lazyRouteComponent(() => import('@/features/data/imports/ImportPage'), 'ImportPage'),
});
const stream = createRoute({
  getParentRoute: () => framed,
  path: '/data/stream',
  validateSearch: streamSearchSchema,
  component: lazyRouteComponent(() => import('@/features/data/stream/StreamPage'), 'StreamPage'),
});
const campaigns = createRoute({
  getParentRoute: () => framed,
  path: '/campaigns',
  validateSearch: campaignSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/campaigns/CampaignListPage'),
    'CampaignListPage',
  ),
});
const channels = createRoute({
  getParentRoute: () => framed,
  path: '/channels',
  component: lazyRouteComponent(
    () => import('@/features/channels/ChannelListPage'),
    'ChannelListPage',
  ),
});
const channel = createRoute({
  getParentRoute: () => framed,
  path: '/channels/$id',
  component: lazyRouteComponent(() => import('@/features/channels/ChannelPage'), 'ChannelPage'),
});
const segments = createRoute({
  getParentRoute: () => framed,
  path: '/segments',
  validateSearch: segmentSearchSchema,
  component: lazyRouteComponent(
    () => import('@/features/segments/SegmentListPage'),
    'SegmentListPage',
  ),
});
const newSegment = createRoute({
  getParentRoute: () => framed,
  path: '/segments/new',
  component: lazyRouteComponent(
    () => import('@/features/segments/SegmentEditPage'),
    'SegmentEditPage',
  ),
});
const editSegment = createRoute({
  getParentRoute: () => framed,
  path: '/segments/$id/edit',
  component: lazyRouteComponent(
    () => import('@/features/segments/SegmentEditPage'),
    'SegmentEditPage',
  ),
});
const segment = createRoute({
  getParentRoute: () => framed,
  path: '/segments/$id',
  component: lazyRouteComponent(() => import('@/features/segments/SegmentPage'), 'SegmentPage'),
});
const projectSettings = createRoute({
  getParentRoute: () => framed,
  path: '/settings',
  component: lazyRouteComponent(
    () => import('@/features/segments/ProjectSettingsPage'),
    'ProjectSettingsPage',
  ),
});
const sandbox = createRoute({
  getParentRoute: () => framed,
  path: '/sandbox',
  validateSearch: sandboxSearchSchema,
  component: lazyRouteComponent(() => import('@/features/sandbox/SandboxPage'), 'SandboxPage'),
});

const routeTree = root.addChildren([
  signIn,
  framed.addChildren([
    home,
    tasks,
    newTask,
    editTask,
    task,
    approvals,
    groups,
    segments,
    newSegment,
    editSegment,
    segment,
    projectSettings,
    people,
    person,
    events,
    event,
    attributes,
    tables,
    table,
    identity,
    sources,
    imports,
    newImport,
    oneImport,
    stream,
    campaigns,
    channels,
    channel,
    sandbox,
  ]),
]);

export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    defaultPreload: 'intent',
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFoundPage,
    parseSearch: parseSearchText,
    stringifySearch: printSearchText,
    scrollRestoration: true,
    ...(history ? { history } : {}),
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
