import { refusal } from './refusal.ts';

/** People and data in memory, beside the world of tasks: as much as the pages need to be shown. */

type Json = Record<string, unknown>;

const AT = '2026-11-20T02:00:00Z';
const stamps = { createdAt: AT, updatedAt: AT };

export function connectionOf(nodes: Json[]) {
  return {
    totalCount: nodes.length,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    edges: nodes.map((node) => ({ cursor: String(node.id), node })),
  };
}

const ID_TYPES = [
  ['user_id', '用户 ID', false, 1],
  ['phone', '手机号', false, 3],
  ['wx_openid', '微信小程序 OpenID', true, 4],
].map(([code, name, multi, priority]) => ({
  code,
  name,
  multi,
  priority,
  inMapping: true,
  builtIn: true,
}));

export function makeProperty(seed: Json): Json {
  return {
    __typename: 'Property',
    ...stamps,
    owner: 'ATTRIBUTE',
    ownerID: '',
    displayName: '',
    description: '',
    type: 'TEXT',
    enabled: true,
    conflicts: 0,
    ...seed,
  };
}

const PURCHASE: Json = {
  __typename: 'EventType',
  id: 'evt_purchase',
  ...stamps,
  name: 'purchase',
  displayName: '购买',
  description: '支付完成',
  enabled: true,
  lastAt: '2026-11-22T01:00:00Z',
  counts: Array.from({ length: 30 }, (_, index) => ({
    day: `2026-11-${String(index + 1).padStart(2, '0')}`,
    count: index,
  })),
  properties: [
    makeProperty({
      id: 'prp_amount',
      owner: 'EVENT',
      name: 'amount',
      displayName: '金额',
      type: 'NUMBER',
      conflicts: 3,
    }),
  ],
};

const ORDERS: Json = {
  __typename: 'DetailTable',
  id: 'dtb_orders',
  ...stamps,
  name: 'orders',
  displayName: '订单',
  description: '',
  kind: 'OFFLINE_DAILY',
  idType: 'user_id',
  personColumn: 'customer_id',
  dateColumn: 'date',
  rows: 34355,
  importedAt: AT,
  columns: [
    makeProperty({ id: 'prp_c1', owner: 'TABLE', name: 'customer_id' }),
    makeProperty({ id: 'prp_c2', owner: 'TABLE', name: 'date', type: 'DATE' }),
    makeProperty({ id: 'prp_c3', owner: 'TABLE', name: 'amount', type: 'NUMBER' }),
  ],
  sample: [
    {
      at: AT,
      personId: 'psn_1',
      data: { customer_id: '00002', date: '2021-01-12', amount: 12 },
    },
  ],
};

const PERSON: Json = {
  __typename: 'Person',
  id: 'psn_1',
  number: '7',
  subject: 'user',
  stub: false,
  createdAt: AT,
  label: '林小满',
  attributes: [
    { name: 'city', displayName: '城市', type: 'TEXT', value: '上海' },
    { name: 'age', displayName: '年龄', type: 'NUMBER', value: '三十' },
    { name: 'vip', displayName: '会员', type: 'BOOLEAN', value: true },
  ],
  tags: [{ name: 'hobby', displayName: '爱好', type: 'LIST', value: ['咖啡', '骑行'] }],
  identities: [
    { type: 'user_id', typeName: '用户 ID', value: 'u-1001', invalid: false, boundAt: AT },
    {
      type: 'wx_openid',
      typeName: '微信小程序 OpenID',
      value: 'wx01:oGone',
      invalid: true,
      boundAt: AT,
    },
  ],
  mergedFrom: ['12'],
  conflicts: [
    {
      at: AT,
      other: '9',
      type: 'phone',
      value: '13800000000',
      otherValue: '13900000000',
      joinedBy: 'wx_openid:wx01:oBoth',
    },
  ],
  segments: [],
  events: ({ event }: Json) =>
    connectionOf(
      [
        ['purchase', '购买', '2026-11-22T03:00:00Z', { amount: 25.5, quantity: 2 }],
        ['view', '', '2026-11-21T03:00:00Z', {}],
      ]
        .filter(([name]) => !event || name === event)
        .map(([name, displayName, at, properties]) => ({
          id: String(at),
          at,
          receivedAt: at,
          event: name,
          displayName,
          source: '小程序',
          properties,
        })),
    ),
  deliveries: () => connectionOf([]),
};

export interface DataWorld {
  people: Json[];
  sources: Json[];
  events: Json[];
  properties: Json[];
  tables: Json[];
  imports: Json[];
  stream: Json[];
  /** Answers by root field; `node` knows the things of this world only. */
  root: Json;
}

export function makeImport(seed: Json): Json {
  return {
    __typename: 'DataImport',
    id: 'imp_1',
    ...stamps,
    kind: 'ROWS',
    fileName: 'orders.csv',
    status: 'DONE',
    size: '1000',
    received: '1000',
    consumed: '1000',
    rows: 0,
    stored: 0,
    duplicate: 0,
    refused: 0,
    failure: '',
    failureText: '',
    endedAt: null,
    table: null,
    source: null,
    creator: null,
    errors: [],
    errorReport: '',
    resumeAt: '1000',
    ...seed,
  };
}

/** A fresh world of data; `base` is the console's own part, with the viewer. */
export function createDataWorld(
  base: Json,
  permissions = ['segment.view', 'data.import'],
): DataWorld {
  const world: DataWorld = {
    people: [PERSON],
    sources: [
      {
        __typename: 'EventSource',
        id: 'src_1',
        ...stamps,
        name: '小程序',
        kind: 'REALTIME',
        keyHint: 'a1b2',
        enabled: true,
        lastEventAt: AT,
      },
    ],
    events: [{ ...PURCHASE }],
    properties: [
      makeProperty({ id: 'prp_city', name: 'city', displayName: '城市' }),
      makeProperty({
        id: 'prp_age',
        name: 'age',
        displayName: '年龄',
        type: 'NUMBER',
        conflicts: 1,
      }),
    ],
    tables: [ORDERS],
    imports: [],
    stream: [],
    root: {},
  };
  const find = (list: Json[], id: unknown): Json => {
    const found = list.find((one) => one.id === id);
    if (!found) throw refusal('NOT_FOUND', 'not found');
    return found;
  };
  world.root = {
    ...base,
    me: () => {
      const me = (base.me as () => Json | null)();
      return me && { ...me, permissions: [...(me.permissions as string[]), ...permissions] };
    },
    node: ({ id }: Json) =>
      find([...world.people, ...world.events, ...world.tables, ...world.imports], id),
    people: ({ search }: Json) =>
      connectionOf(
        world.people.filter(
          (person) =>
            !search || (person.identities as Json[]).some(({ value }) => value === search),
        ),
      ),
    idTypes: () => ID_TYPES,
    subjects: () => connectionOf([]),
    eventSources: () => connectionOf(world.sources),
    eventTypes: () => connectionOf(world.events),
    properties: ({ where }: Json) =>
      connectionOf(
        world.properties.filter(({ owner }) => owner === ((where as Json)?.owner ?? owner)),
      ),
    detailTables: () => connectionOf(world.tables),
    imports: () => connectionOf(world.imports),
    recentEvents: () => world.stream,
    refusedEvents: () => connectionOf([]),
    createEventSource: ({ name, kind }: Json) => {
      const source = {
        ...world.sources[0],
        id: `src_${world.sources.length + 1}`,
        name,
        kind,
        lastEventAt: null,
      };
      world.sources.push(source);
      return { source, writeKey: 'wk_secret_once' };
    },
    updateEventType: ({ id, ...change }: Json) => Object.assign(find(world.events, id), change),
    createImport: ({ input }: Json) => {
      const { kind, fileName, size } = input as Json;
      const made = makeImport({
        kind,
        fileName,
        size,
        status: 'RECEIVING',
        received: '0',
        consumed: '0',
        resumeAt: '0',
      });
      world.imports.push(made);
      return made;
    },
  };
  return world;
}
