import { refusal } from './refusal.ts';

type Json = Record<string, unknown>;

const AT = '2026-11-20T02:00:00Z';
const stamps = { createdAt: AT, updatedAt: AT };

function property(owner: string, ownerID: string, name: string, displayName: string, type: string) {
  return {
    __typename: 'Property',
    id: `prp_${ownerID}${name}`,
    ...stamps,
    owner,
    ownerID,
    name,
    displayName,
    description: '',
    type,
    enabled: name !== 'retired',
    conflicts: 0,
  };
}

const PROPERTIES = [
  property('ATTRIBUTE', '', 'age', '年龄', 'NUMBER'),
  property('ATTRIBUTE', '', 'city', '城市', 'TEXT'),
  property('ATTRIBUTE', '', 'registered_at', '注册时间', 'DATETIME'),
  property('ATTRIBUTE', '', 'retired', '停用的属性', 'TEXT'),
  property('TAG', '', 'interests', '兴趣', 'LIST'),
  property('TAG', '', 'lost', '流失', 'BOOLEAN'),
  property('EVENT', 'evt_purchase', 'amount', '金额', 'NUMBER'),
  property('EVENT', 'evt_purchase', 'order_id', '订单号', 'TEXT'),
  property('EVENT', 'evt_view', 'order_id', '订单号', 'TEXT'),
  property('TABLE', 'dtb_orders', 'total', '实付', 'NUMBER'),
];

const EVENTS = [
  ['evt_purchase', 'purchase', '购买'],
  ['evt_view', 'view', '浏览商品'],
].map(([id, name, displayName]) => ({
  __typename: 'EventType',
  id,
  ...stamps,
  name,
  displayName,
  description: '',
  enabled: true,
}));

const TABLES = [
  {
    __typename: 'DetailTable',
    id: 'dtb_orders',
    ...stamps,
    name: 'orders',
    displayName: '订单',
  },
];

const ID_TYPES = [
  { code: 'user_id', name: '用户 ID' },
  { code: 'phone', name: '手机号' },
];

const whole = (nodes: Json[]) => ({
  totalCount: nodes.length,
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  edges: nodes.map((node) => ({ cursor: String(node.id), node })),
});

/** Segments, a catalogue and estimates for the world of a test. */
export function audienceOf(creator: Json | null, channel: Json) {
  const list: Json[] = [];

  function make(over: Json): Json {
    const segment: Json = {
      __typename: 'Segment',
      id: `seg_${list.length + 1}`,
      ...stamps,
      description: '',
      subject: 'user',
      idType: '',
      channelID: null,
      channel: null,
      updateMode: 'ON_DEMAND',
      dailyAt: '06:00',
      listed: true,
      roles: [],
      status: 'READY',
      failure: '',
      failureText: '',
      size: 128,
      computedAt: AT,
      nextAt: null,
      reachable: null,
      creatorID: creator?.id,
      creator,
      editable: true,
      originTask: null,
      tasks: [],
      usedBy: [],
      trend: () => (segment.computedAt ? [{ at: segment.computedAt, size: segment.size }] : []),
      versions: () =>
        whole([
          {
            __typename: 'SegmentVersion',
            id: `sgv_${String(segment.id)}`,
            seq: 1,
            status: 'READY',
            cause: 'SAVE',
            size: segment.size,
            failure: '',
            failureText: '',
            startedAt: AT,
            computedAt: AT,
            tookMs: 40,
          },
        ]),
      members: () =>
        whole([
          {
            __typename: 'Person',
            id: 'psn_1',
            number: '1',
            label: '小满',
            identities: [{ type: 'phone', typeName: '手机号', value: '13800000000' }],
          },
        ]),
      ...over,
    };
    list.push(segment);
    return segment;
  }
  function find(id: unknown): Json {
    const found = list.find((one) => one.id === id);
    if (!found) throw refusal('NOT_FOUND', 'not found');
    return found;
  }

  make({
    name: '北京老客',
    size: 3620,
    rule: {
      op: 'EXCLUDE',
      nodes: [
        { op: 'ATTRIBUTE', name: 'city', test: { test: 'IN', values: ['北京'] } },
        { op: 'TAG', name: 'lost', test: { test: 'IS_TRUE' } },
      ],
    },
  });
  make({
    name: '近期下单',
    updateMode: 'DAILY',
    dailyAt: '05:30',
    status: 'FAILED',
    failure: 'TIMEOUT',
    channelID: channel.id,
    channel,
    reachable: 90,
    rule: {
      op: 'EVENT',
      event: 'purchase',
      did: true,
      window: { kind: 'LAST', value: 30, unit: 'DAY', today: true },
      compare: { test: 'GE', values: [2] },
    },
  });

  const root: Json = {
    properties: () => whole(PROPERTIES),
    eventTypes: () => whole(EVENTS),
    detailTables: () => whole(TABLES),
    idTypes: () => ID_TYPES,
    subjects: () => whole([]),
    suggestValues: () => [
      { value: '北京', count: 5120 },
      { value: '上海', count: 4033 },
    ],
    audienceAbilities: () => ({
      modes: ({ type }: Json) =>
        type === 'ONCE' || type === 'REPEAT'
          ? ['RULE', 'SEGMENT', 'UPLOAD']
          : ['RULE', 'SEGMENT', 'ALL'],
      reasons: ({ type }: Json) => [
        type === 'ONCE' || type === 'REPEAT'
          ? { mode: 'ALL', reason: 'TRIGGERED_ONLY' }
          : { mode: 'UPLOAD', reason: 'SCHEDULED_ONLY' },
      ],
      segmentPermission: true,
      newSegment: 'LIST',
      refresh: true,
      subjects: false,
    }),
    audienceEstimate: async function* () {
      yield { audienceEstimate: { done: 1, total: 3, result: null } };
      yield {
        audienceEstimate: {
          done: 3,
          total: 3,
          result: {
            people: 11772,
            reachable: 8021,
            authorised: 6500,
            approximate: false,
            computedAt: AT,
            tookMs: 230,
          },
        },
      };
    },
    createSegment: ({ input }: { input: Json }) =>
      make({ ...input, status: 'COMPUTING', computedAt: null, size: 0 }),
    updateSegment: ({ id, input }: { id: string; input: Json }) => Object.assign(find(id), input),
    refreshSegment: ({ id }: Json) => Object.assign(find(id), { status: 'COMPUTING' }),
    deleteSegment: ({ id }: Json) => {
      list.splice(list.indexOf(find(id)), 1);
      return id;
    },
  };
  return { list, root };
}
