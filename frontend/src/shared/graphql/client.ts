import { type Cache, cacheExchange, type UpdateResolver } from '@urql/exchange-graphcache';
import { createClient as createSocket } from 'graphql-ws';
import {
  Client,
  type ExecutionResult,
  fetchExchange,
  mapExchange,
  type Operation,
  subscriptionExchange,
} from 'urql';

const PROJECT_HEADER = 'X-Tidings-Project';

/** Types without an id of their own: the cache keeps them inside their parent. */
const EMBEDDED = Object.fromEntries(
  [
    'AbilityReason',
    'AudienceAbilities',
    'AudienceEstimate',
    'BacktestDay',
    'BacktestResult',
    'BacktestSample',
    'BadLine',
    'ChannelCheck',
    'Cycle',
    'DayCount',
    'DeliveredParam',
    'DetailRow',
    'EstimateProgress',
    'Explanation',
    'IdentityConflict',
    'ImportRowError',
    'Me',
    'NewSource',
    'ParamContent',
    'PersonEvent',
    'PersonIdentity',
    'PersonValue',
    'PreflightResult',
    'PreflightStep',
    'Problem',
    'Progress',
    'ReasonCount',
    'Sample',
    'SchedulePreview',
    'SegmentPoint',
    'Server',
    'Span',
    'StreamEvent',
    'TaskCheck',
    'TaskContent',
    'TemplateField',
    'TemplateSync',
    'Timing',
    'Trigger',
    'TriggerA',
    'TriggerB',
    'TriggerDay',
    'TriggerEvent',
    'TriggerExample',
    'TriggerPreview',
    'TriggerStanding',
    'ValueCount',
  ].map((name) => [name, () => null]),
);

/** Forgets every page of the named lists, so that the ones on screen are read again. */
function forget(cache: Cache, ...names: string[]) {
  for (const field of cache.inspectFields('Query'))
    if (names.includes(field.fieldName)) cache.invalidate('Query', field.fieldKey);
}

/** Forgets some fields of one entity, whatever their arguments. */
function forgetFields(cache: Cache, entity: { __typename: string; id: string }, names: string[]) {
  for (const field of cache.inspectFields(entity))
    if (names.includes(field.fieldName)) cache.invalidate(entity, field.fieldKey);
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
  resend: (_result, args, cache) => {
    const { taskId } = args.input as { taskId: string };
    forgetFields(cache, { __typename: 'Task', id: taskId }, ['runs', 'progress', 'deliveries']);
  },
  createChannel: forgetting('channels'),
  deleteChannel: removing('Channel', 'channels'),
  syncTemplates: forgetting('templates'),
  createTaskGroup: forgetting('messageGroups', 'taskGroups'),
  deleteTaskGroup: removing('TaskGroup', 'messageGroups', 'taskGroups'),
  createCampaignGroup: forgetting('campaignGroups', 'campaigns'),
  deleteCampaignGroup: removing('CampaignGroup', 'campaignGroups', 'campaigns'),
  createCampaign: forgetting('campaigns', 'campaignGroups'),
  updateCampaign: forgetting('campaigns', 'campaignGroups'),
  updatePerson: forgetting('suggestValues'),
  saveIdType: forgetting('idTypes'),
  createSubject: forgetting('subjects'),
  deleteSubject: removing('Subject', 'subjects'),
  createEventSource: forgetting('eventSources'),
  createProperty: (_result, args, cache) => {
    forget(cache, 'properties');
    const owner = { EVENT: 'EventType', TABLE: 'DetailTable' }[String(args.owner)];
    if (owner && args.ownerId)
      forgetFields(cache, { __typename: owner, id: String(args.ownerId) }, [
        'properties',
        'columns',
      ]);
  },
  createDetailTable: forgetting('detailTables'),
  deleteDetailTable: removing('DetailTable', 'detailTables'),
  createImport: forgetting('imports'),
  createSegment: forgetting('segments'),
  deleteSegment: removing('Segment', 'segments'),
  updateProjectSettings: forgetting('audienceAbilities'),
  deleteCampaign: removing('Campaign', 'campaigns', 'campaignGroups'),
};

/** Queries that were refused because the session had ended, to be asked again after sign-in. */
const REFUSED = new WeakMap<Client, Map<number, Operation>>();

/** Asks again what a client was refused while nobody was signed in. */
export function retryRefused(client: Client): void {
  const refused = REFUSED.get(client);
  for (const operation of refused?.values() ?? [])
    client.reexecuteOperation(
      client.createRequestOperation('query', operation, {
        ...operation.context,
        requestPolicy: 'network-only',
      }),
    );
  refused?.clear();
}

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
  const refused = new Map<number, Operation>();
  const client = new Client({
    url: httpUrl,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: {
      credentials: 'same-origin',
      headers: project ? { [PROJECT_HEADER]: project } : {},
    },
    exchanges: [
      mapExchange({
        onError(error, operation) {
          if (!error.graphQLErrors.some((e) => e.extensions.code === 'UNAUTHENTICATED')) return;
          if (operation.kind === 'query') refused.set(operation.key, operation);
          onUnauthenticated();
        },
      }),
      cacheExchange({
        keys: { ...EMBEDDED, IDType: ({ code }) => String(code) },
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
  REFUSED.set(client, refused);
  return client;
}
