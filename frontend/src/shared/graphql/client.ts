import { type Cache, cacheExchange, type UpdateResolver } from '@urql/exchange-graphcache';
import { createClient as createSocket } from 'graphql-ws';
import {
  Client,
  type ExecutionResult,
  fetchExchange,
  mapExchange,
  subscriptionExchange,
} from 'urql';

const PROJECT_HEADER = 'X-Tidings-Project';

/** Types without an id of their own: the cache keeps them inside their parent. */
const EMBEDDED = Object.fromEntries(
  [
    'BadLine',
    'ChannelCheck',
    'DeliveredParam',
    'Explanation',
    'Me',
    'ParamContent',
    'Problem',
    'Progress',
    'ReasonCount',
    'Sample',
    'Server',
    'TaskCheck',
    'TaskContent',
    'TemplateField',
    'TemplateSync',
  ].map((name) => [name, () => null]),
);

/** Forgets every page of the named lists, so that the ones on screen are read again. */
function forget(cache: Cache, ...names: string[]) {
  for (const field of cache.inspectFields('Query'))
    if (names.includes(field.fieldName)) cache.invalidate('Query', field.fieldKey);
}

const forgetting =
  (...names: string[]): UpdateResolver =>
  (_result, _args, cache) =>
    forget(cache, ...names);

/** Forgets one deleted entity as well as the lists it stood in. */
const removing =
  (typename: string, ...names: string[]): UpdateResolver =>
  (_result, args, cache) => {
    cache.invalidate({ __typename: typename, id: String(args.id) });
    forget(cache, ...names);
  };

/** What each mutation makes stale beyond the entity it returns. */
const MUTATION_UPDATES: Record<string, UpdateResolver> = {
  createTask: forgetting('tasks'),
  copyTask: forgetting('tasks'),
  deleteTask: removing('Task', 'tasks'),
  submitTask: forgetting('approvals'),
  withdrawTask: forgetting('approvals'),
  approve: forgetting('approvals'),
  reject: forgetting('approvals'),
  resend: forgetting('tasks'),
  createChannel: forgetting('channels'),
  deleteChannel: removing('Channel', 'channels'),
  syncTemplates: forgetting('templates'),
  createTaskGroup: forgetting('messageGroups', 'taskGroups'),
  deleteTaskGroup: removing('TaskGroup', 'messageGroups', 'taskGroups'),
  createCampaignGroup: forgetting('campaignGroups', 'campaigns'),
  deleteCampaignGroup: removing('CampaignGroup', 'campaignGroups', 'campaigns'),
  createCampaign: forgetting('campaigns', 'campaignGroups'),
  updateCampaign: forgetting('campaigns', 'campaignGroups'),
  deleteCampaign: removing('Campaign', 'campaigns', 'campaignGroups'),
};

export interface ClientOptions {
  httpUrl: string;
  socketUrl: string;
  /** The project to work in; the server picks the account's first one when absent. */
  project: string | null;
  /** Called whenever the server answers that nobody is signed in. */
  onUnauthenticated: () => void;
}

/** Builds the urql client: normalised cache, error hook, HTTP for queries, one lazy socket for subscriptions. */
export function createGraphQLClient({
  httpUrl,
  socketUrl,
  project,
  onUnauthenticated,
}: ClientOptions): Client {
  const socket = createSocket({
    url: socketUrl,
    lazy: true,
    connectionParams: project ? { project } : {},
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
  });
  return new Client({
    url: httpUrl,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: {
      credentials: 'same-origin',
      headers: project ? { [PROJECT_HEADER]: project } : {},
    },
    exchanges: [
      mapExchange({
        onError(error) {
          if (error.graphQLErrors.some((e) => e.extensions.code === 'UNAUTHENTICATED'))
            onUnauthenticated();
        },
      }),
      cacheExchange({
        keys: EMBEDDED,
        updates: { Mutation: MUTATION_UPDATES },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { ...operation, query: operation.query ?? '' },
              // graphql-ws and urql describe the same JSON with different optional fields.
              { ...sink, next: (result) => sink.next(result as ExecutionResult) },
            ),
          }),
        }),
      }),
    ],
  });
}
