import { audienceOf } from './audienceWorld.ts';
import { refusal } from './refusal.ts';

/**
 * A small server in memory with the demo's people and a few tasks of every status, for unit
 * tests and for browser tests of the console alone. It knows as much of the rules as the
 * pages need to be shown; the real server is tested elsewhere.
 */

type Json = Record<string, unknown>;
type Place = 'waiting' | 'sending' | 'sent' | 'failed' | 'notSent' | 'unconfirmed' | 'deferred';

export const ACCOUNTS = [
  { id: 'usr_owner', email: 'owner@tidings.local', name: '欧阳', role: 'TENANT_ADMIN' },
  { id: 'usr_admin', email: 'admin@tidings.local', name: '安敏', role: 'PROJECT_ADMIN' },
  { id: 'usr_marketer', email: 'marketer@tidings.local', name: '马晓', role: 'MARKETER' },
  { id: 'usr_approver', email: 'approver@tidings.local', name: '沈萍', role: 'APPROVER' },
  { id: 'usr_viewer', email: 'viewer@tidings.local', name: '魏看', role: 'VIEWER' },
].map((account) => ({
  __typename: 'Account',
  locale: 'zh-CN',
  tenantAdmin: account.role === 'TENANT_ADMIN',
  disabled: false,
  ...stamps(),
  ...account,
}));
export type WorldAccount = (typeof ACCOUNTS)[number];

const EVERYTHING = [
  'outreach.task.view',
  'outreach.task.create',
  'outreach.task.edit',
  'outreach.task.delete',
  'outreach.task.operate',
  'outreach.task.approve',
  'channel.wechat_mp.view',
  'channel.wechat_mp.manage',
  'group.manage',
  'campaign.manage',
  'analysis.task',
  'analysis.send_detail.view',
  'analysis.send_detail.advanced',
  'segment.view',
  'segment.edit',
  'settings.segment_sync_default',
];
const VIEWING = [
  'segment.view',
  'outreach.task.view',
  'analysis.task',
  'analysis.send_detail.view',
];
const PERMISSIONS: Record<string, string[]> = {
  TENANT_ADMIN: EVERYTHING,
  PROJECT_ADMIN: EVERYTHING,
  MARKETER: [
    ...VIEWING,
    'outreach.task.create',
    'outreach.task.edit',
    'outreach.task.delete',
    'outreach.task.operate',
    'segment.edit',
    'channel.wechat_mp.view',
    'campaign.manage',
    'analysis.send_detail.advanced',
  ],
  APPROVER: [...VIEWING, 'outreach.task.approve'],
  VIEWER: VIEWING,
};

function stamps(at = '2026-11-20T02:00:00Z') {
  return { createdAt: at, updatedAt: at };
}

function connection(nodes: Json[], args: Json = {}, size = 20) {
  const start = nodes.findIndex((node) => node.id === args.after) + 1;
  const before = nodes.findIndex((node) => node.id === args.before);
  const end = args.before ? before : Math.min(nodes.length, start + Number(args.first ?? size));
  const from = args.before ? Math.max(0, before - Number(args.last ?? size)) : start;
  const page = nodes.slice(from, end);
  return {
    totalCount: nodes.length,
    pageInfo: {
      hasNextPage: end < nodes.length,
      hasPreviousPage: from > 0,
      startCursor: page[0]?.id ?? null,
      endCursor: page.at(-1)?.id ?? null,
    },
    edges: page.map((node) => ({ cursor: node.id, node })),
  };
}

const EXPLAIN: Record<string, { zh: string; en: string }> = {
  '43101': {
    zh: '用户拒绝接收，或授权已用完',
    en: 'The person refused, or no authorisation is left',
  },
  '47003': { zh: '模板参数不符合要求', en: 'A template parameter breaks a rule' },
  '40003': { zh: 'openid 无效', en: 'The openid is not valid' },
};
const explanation = (code: string) => (EXPLAIN[code] ? { code, ...EXPLAIN[code] } : null);

interface Outcomes extends Partial<Record<Place, number>> {
  /** FAILED by code, NOT_SENT by reason. */
  codes?: Record<string, number>;
  reasons?: Record<string, number>;
  rate?: number;
}

export function progressOf({ codes = {}, reasons = {}, rate = 0, ...places }: Outcomes) {
  const counts: Record<Place, number> = {
    waiting: 0,
    sending: 0,
    sent: 0,
    failed: sum(Object.values(codes)),
    notSent: sum(Object.values(reasons)),
    unconfirmed: 0,
    deferred: 0,
    ...places,
  };
  return {
    __typename: 'Progress',
    ...counts,
    total: sum(Object.values(counts)),
    rate,
    reasons: [
      ...Object.entries(codes).map(([reason, count]) => ({
        status: 'FAILED',
        reason,
        count,
        explanation: explanation(reason),
      })),
      ...Object.entries(reasons).map(([reason, count]) => ({
        status: 'NOT_SENT',
        reason,
        count,
        explanation: null,
      })),
    ],
  };
}
type WorldProgress = ReturnType<typeof progressOf>;

function sum(numbers: number[]) {
  return numbers.reduce((a, b) => a + b, 0);
}

const CHANNEL = {
  __typename: 'Channel',
  id: 'chn_demo',
  ...stamps(),
  name: '演示小程序',
  kind: 'WECHAT_MINI_PROGRAM',
  appID: 'wx0123456789abcdef',
  originalID: 'gh_0123456789ab',
  qpsLimit: 200,
  programState: 'FORMAL',
  lang: 'ZH_CN',
  h5Page: 'pages/web/index',
  relayPage: '',
  enabled: true,
  state: 'READY',
  stateCode: '',
  stateText: '',
  checkedAt: '2026-11-22T01:00:00Z',
  pausedUntil: null,
  templatesSyncedAt: '2026-11-22T01:00:00Z',
  firstSentAt: '2026-11-20T03:00:00Z',
  targetIdType: 'wx_openid',
  openTaskCount: 2,
  explanation: null,
  templates: (args: Json) => connection(TEMPLATES, args),
};

const TEMPLATES: Json[] = [
  {
    __typename: 'Template',
    id: 'tpl_activity',
    ...stamps(),
    channelID: 'chn_demo',
    providerID: 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcd',
    title: '活动开始提醒',
    content: '活动名称:{{thing1.DATA}}\n开始时间:{{time2.DATA}}\n温馨提示:{{thing3.DATA}}',
    example: '活动名称:双十一大促\n开始时间:2026年11月11日 20:00\n温馨提示:点击进入会场',
    kind: 'ONE_TIME',
    removedAt: null,
    syncedAt: '2026-11-22T01:00:00Z',
    channel: () => CHANNEL,
    fields: [
      field('thing1', '活动名称', 'thing', 20),
      field('time2', '开始时间', 'time', null),
      field('thing3', '温馨提示', 'thing', 20),
    ],
  },
];

function field(key: string, label: string, kind: string, maxLength: number | null) {
  return { key, label, kind, maxLength, enum: [], truncatable: maxLength !== null };
}

const APPLICATION = {
  __typename: 'Application',
  id: 'app_default',
  ...stamps(),
  name: '默认应用',
  preferred: true,
};
const CAMPAIGN_GROUP = {
  __typename: 'CampaignGroup',
  id: 'cgr_holiday',
  ...stamps(),
  name: '节日活动',
  campaigns: () => [CAMPAIGN],
};
const CAMPAIGN: Json = {
  __typename: 'Campaign',
  id: 'cmp_1111',
  ...stamps(),
  name: '双十一',
  groupID: 'cgr_holiday',
  group: CAMPAIGN_GROUP,
  taskCount: 3,
};
const GROUPS: Json[] = [
  ['grp_dept', '部门', null, 'grp_dept', 1, ['MESSAGE']],
  ['grp_ops', '用户运营', 'grp_dept', 'grp_dept', 2, null],
  ['grp_mall', '商城', 'grp_dept', 'grp_dept', 2, null],
].map(([id, name, parentID, topID, level, objects]) => ({
  __typename: 'TaskGroup',
  id,
  ...stamps(),
  name,
  parentID,
  topID,
  level,
  objects,
  position: 0,
  taskCount: 2,
  parent: () => GROUPS.find((group) => group.id === parentID) ?? null,
  children: () => GROUPS.filter((group) => group.parentID === id),
}));

const UPLOAD = {
  __typename: 'AudienceUpload',
  id: 'upl_1',
  ...stamps(),
  fileName: '双十一名单.csv',
  bytes: '9120',
  channelID: 'chn_demo',
  status: 'READY',
  total: 300,
  valid: 270,
  duplicate: 20,
  invalid: 10,
  resolved: 262,
  failure: '',
  creatorID: 'usr_marketer',
  channel: CHANNEL,
  badLines: [],
};

const OPERATIONS: Record<string, string[]> = {
  DRAFT: ['VIEW', 'EDIT', 'COPY', 'DELETE', 'SUBMIT'],
  IN_APPROVAL: ['VIEW', 'COPY', 'APPROVE', 'REJECT', 'URGE', 'WITHDRAW'],
  REJECTED: ['VIEW', 'COPY'],
  RUNNING: ['VIEW', 'COPY', 'ANALYSE', 'PAUSE', 'CANCEL'],
  PAUSED: ['VIEW', 'COPY', 'ANALYSE', 'RESUME', 'CANCEL'],
  CANCELLED: ['VIEW', 'COPY', 'ANALYSE'],
  ENDED: ['VIEW', 'COPY', 'ANALYSE', 'RESEND'],
  ABNORMAL: ['VIEW', 'COPY', 'ANALYSE', 'RETRY'],
};
const NEEDS: Record<string, string> = {
  EDIT: 'outreach.task.edit',
  COPY: 'outreach.task.create',
  DELETE: 'outreach.task.delete',
  SUBMIT: 'outreach.task.edit',
  WITHDRAW: 'outreach.task.edit',
  URGE: 'outreach.task.edit',
  APPROVE: 'outreach.task.approve',
  REJECT: 'outreach.task.approve',
  PAUSE: 'outreach.task.operate',
  RESUME: 'outreach.task.operate',
  CANCEL: 'outreach.task.operate',
  RETRY: 'outreach.task.operate',
  RESEND: 'analysis.send_detail.advanced',
};

const STORED: Record<string, [approval: string, run: string]> = {
  DRAFT: ['NONE', 'DRAFT'],
  IN_APPROVAL: ['PENDING', 'WAITING'],
  REJECTED: ['REJECTED', 'DRAFT'],
  RUNNING: ['APPROVED', 'RUNNING'],
  PAUSED: ['APPROVED', 'PAUSED'],
  CANCELLED: ['EXPIRED', 'CANCELLED'],
  ENDED: ['APPROVED', 'ENDED'],
  ABNORMAL: ['APPROVED', 'ABNORMAL'],
};

interface TaskSeed {
  key: string;
  name: string;
  status: string;
  progress?: WorldProgress;
  reason?: string;
  text?: string;
  creator?: string;
}

export interface World {
  root: Record<string, unknown>;
  /** Whoever is signed in; null is nobody. */
  viewer: WorldAccount | null;
  tasks: Json[];
}

interface WorldOptions {
  viewer?: string | null;
  demo?: boolean;
}

/** A fresh world; what one test does in it no other sees. */
export function createWorld({ viewer = 'usr_marketer', demo = true }: WorldOptions = {}): World {
  const world: World = {
    viewer: ACCOUNTS.find(({ id }) => id === viewer) ?? null,
    tasks: [],
    root: {},
  };
  const approvals: Json[] = [];
  const account = (id: unknown) => ACCOUNTS.find((one) => one.id === id) ?? null;
  const granted = () => PERMISSIONS[world.viewer?.role ?? ''] ?? [];

  function makeTask({ key, name, status, progress, reason = '', text = '', creator }: TaskSeed) {
    const number = world.tasks.length;
    const [approvalStatus, runStatus] = STORED[status] ?? ['NONE', 'DRAFT'];
    const id = `tsk_01jd3v${key.padEnd(20, '0')}`;
    const counts = progress ?? progressOf({});
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 2, minute - number * 90));
    const hasRun = counts.total > 0;
    const runs = hasRun
      ? [
          {
            __typename: 'Run',
            id: `run_01jd3v${key.padEnd(20, '0')}`,
            ...stamps(),
            taskID: id,
            kind: 'SCHEDULED',
            plannedAt: at(60).toISOString(),
            status: status === 'RUNNING' || status === 'PAUSED' ? 'SENDING' : 'DONE',
            refreshStartedAt: null,
            refreshEndedAt: null,
            refreshResult: '',
            audienceSize: counts.total,
            failure: '',
            failureText: '',
            startedAt: at(60).toISOString(),
            endedAt: status === 'ENDED' ? at(61).toISOString() : null,
            task: () => task,
            progress: () => task.progress,
          },
        ]
      : [];
    const task: Json = {
      __typename: 'Task',
      id,
      createdAt: at(0).toISOString(),
      updatedAt: at(30).toISOString(),
      name,
      method: 'WECHAT_SUBSCRIPTION',
      type: 'ONCE',
      subject: 'user',
      segmentID: null,
      segment: null,
      rule: null,
      listed: true,
      segmentRoles: [],
      refreshBefore: true,
      refreshFailure: 'DO_NOT_SEND',
      applicationID: APPLICATION.id,
      campaignID: number % 2 === 0 ? CAMPAIGN.id : null,
      audienceMode: 'UPLOAD',
      uploadID: UPLOAD.id,
      supplementary: ['oTester_0000000000000000001'],
      reachAt: at(60).toISOString(),
      startsAt: null,
      endsAt: null,
      discarded: 0,
      cycle: null,
      trigger: null,
      comingPoints: [],
      standing: null,
      backtest: null,
      preflight: null,
      approvalTimeout: 'CANCEL',
      channelID: CHANNEL.id,
      messageClass: 'NORMAL',
      templateID: 'tpl_activity',
      openMode: 'MINI_PROGRAM',
      openURL: '',
      openAppID: '',
      openPath: 'pages/sale/index?from=message',
      globalLimit: true,
      resendUnconfirmed: false,
      approvalStatus,
      runStatus,
      statusReason: reason,
      statusText: text,
      creatorID: creator ?? 'usr_marketer',
      submittedAt: status === 'DRAFT' ? null : at(30).toISOString(),
      approvedAt: approvalStatus === 'APPROVED' ? at(40).toISOString() : null,
      startedAt: hasRun ? at(60).toISOString() : null,
      endedAt: status === 'ENDED' ? at(61).toISOString() : null,
      version: 1,
      status,
      application: APPLICATION,
      campaign: number % 2 === 0 ? CAMPAIGN : null,
      channel: CHANNEL,
      template: TEMPLATES[0],
      upload: UPLOAD,
      creator: account(creator ?? 'usr_marketer'),
      groups: [GROUPS[1]],
      content: {
        params: [
          { key: 'thing1', text: '双十一大促', overlong: 'DROP' },
          { key: 'time2', text: '2026年11月22日 20:00', overlong: 'DROP' },
          { key: 'thing3', text: '{{attr.nickname|亲}}，点击进入会场', overlong: 'TRUNCATE' },
        ],
      },
      progress: counts,
      operations: () =>
        (OPERATIONS[String(task.status)] ?? []).filter((operation) => {
          const need = NEEDS[operation];
          return !need || granted().includes(need);
        }),
      runs: (args: Json) => connection(runs, args),
      approval: () => approvals.find((one) => one.taskID === id) ?? null,
      approvals: (args: Json) =>
        connection(
          approvals.filter((one) => one.taskID === id),
          args,
        ),
      deliveries: (args: Json) => deliveries(task, args),
    };
    world.tasks.push(task);
    if (status !== 'DRAFT') makeApproval(task, status, at);
    return task;
  }

  function makeApproval(task: Json, status: string, at: (minute: number) => Date) {
    const state =
      status === 'IN_APPROVAL'
        ? 'PENDING'
        : status === 'REJECTED'
          ? 'REJECTED'
          : status === 'CANCELLED'
            ? 'EXPIRED'
            : 'APPROVED';
    const isOpen = state === 'PENDING';
    const approval: Json = {
      __typename: 'Approval',
      id: String(task.id).replace('tsk_', 'apv_'),
      ...stamps(),
      taskID: task.id,
      status: state,
      submitterID: task.creatorID,
      submittedAt: at(30).toISOString(),
      expiresAt: isOpen ? task.reachAt : null,
      deciderID: isOpen || state === 'EXPIRED' ? null : 'usr_approver',
      decidedAt: isOpen ? null : at(40).toISOString(),
      comment: state === 'REJECTED' ? '活动时间写错了，应为 20:00 开始。' : '',
      urgedAt: null,
      task: () => task,
      submitter: account(task.creatorID),
      decider: () => account(approval.deciderID),
      canDecide: () => whyNot(approval) === '',
      whyNot: () => whyNot(approval),
    };
    approvals.push(approval);
  }

  function whyNot(approval: Json) {
    if (approval.status !== 'PENDING') return 'DECIDED';
    if (!granted().includes('outreach.task.approve')) return 'FORBIDDEN';
    return approval.submitterID === world.viewer?.id ? 'SELF_APPROVAL' : '';
  }

  function deliveries(task: Json, args: Json) {
    const where = (args.where ?? {}) as {
      statusIn?: string[];
      reasonIn?: string[];
      target?: string;
    };
    const nodes = deliveriesOf(task).filter(
      ({ status, reason, target }) =>
        (!where.statusIn || where.statusIn.includes(status)) &&
        (!where.reasonIn || where.reasonIn.includes(reason)) &&
        (!where.target || where.target === target),
    );
    return connection(nodes, args);
  }

  function find(list: Json[], id: unknown): Json {
    const found = list.find((one) => one.id === id);
    if (!found) throw refusal('NOT_FOUND', 'not found');
    return found;
  }

  function move(id: unknown, status: string): Json {
    const task = find(world.tasks, id);
    const [approvalStatus, runStatus] = STORED[status] ?? ['NONE', 'DRAFT'];
    return Object.assign(task, { status, approvalStatus, runStatus });
  }

  function decide(id: unknown, status: 'APPROVED' | 'REJECTED', comment: unknown) {
    const approval = find(approvals, id);
    const reason = whyNot(approval);
    if (reason) throw refusal('FORBIDDEN', 'you may not decide this', { reason });
    move(approval.taskID, status === 'APPROVED' ? 'RUNNING' : 'REJECTED');
    return Object.assign(approval, {
      status,
      comment: comment ?? '',
      deciderID: world.viewer?.id,
      decidedAt: new Date().toISOString(),
    });
  }

  for (const seed of SEEDS) makeTask(seed);
  const segments = audienceOf(account('usr_marketer'), CHANNEL);

  world.root = {
    me: () =>
      world.viewer && {
        account: world.viewer,
        project: PROJECT,
        projects: [PROJECT],
        role: world.viewer.role,
        permissions: granted(),
      },
    server: () => ({ version: 'test', demo, now: new Date().toISOString() }),
    tasks: (args: Json) =>
      connection(
        world.tasks.filter((task) => matches(task, args.where as Where)),
        args,
      ),
    approvals: (args: Json) =>
      connection(
        approvals.filter((one) => matches(one, args.where as Where)),
        args,
      ),
    node: ({ id }: Json) => {
      const all = [
        ...segments.list,
        ...world.tasks.flatMap((task) => runsOf(task)),
        ...world.tasks,
        ...approvals,
        CHANNEL,
        CAMPAIGN,
        ...GROUPS,
        ...TEMPLATES,
      ];
      return find(all as Json[], id);
    },
    ...segments.root,
    segments: (args: Json) =>
      connection(
        segments.list.filter((one) => matches(one, args.where as Where)),
        args,
      ),
    channels: (args: Json) => connection([CHANNEL], args),
    templates: (args: Json) => connection(TEMPLATES, args),
    campaigns: (args: Json) => connection([CAMPAIGN], args),
    campaignGroups: (args: Json) => connection([CAMPAIGN_GROUP], args),
    applications: (args: Json) => connection([APPLICATION], args),
    messageGroups: () => GROUPS,
    taskGroups: (args: Json) => connection(GROUPS, args),
    members: (args: Json) =>
      connection(
        ACCOUNTS.map((one) => ({
          id: one.id.replace('usr', 'mbr'),
          ...stamps(),
          accountID: one.id,
          role: one.role,
          account: one,
        })),
        args,
      ),
    setLocale: ({ locale }: Json) => Object.assign(world.viewer ?? {}, { locale }),
    submitTask: ({ id }: Json) => move(id, 'IN_APPROVAL'),
    withdrawTask: ({ id }: Json) => move(id, 'DRAFT'),
    pauseTask: ({ id }: Json) => move(id, 'PAUSED'),
    resumeTask: ({ id }: Json) => move(id, 'RUNNING'),
    cancelTask: ({ id }: Json) => move(id, 'CANCELLED'),
    retryTask: ({ id }: Json) => move(id, 'RUNNING'),
    copyTask: ({ id }: Json) => {
      const { name } = find(world.tasks, id);
      return makeTask({ key: `copy${world.tasks.length}`, name: `${name}_copy`, status: 'DRAFT' });
    },
    deleteTask: ({ id }: Json) => {
      world.tasks.splice(world.tasks.indexOf(find(world.tasks, id)), 1);
      return id;
    },
    approve: ({ id, comment }: Json) => decide(id, 'APPROVED', comment),
    reject: ({ id, comment }: Json) => decide(id, 'REJECTED', comment),
    urgeApproval: ({ taskId }: Json) => {
      const approval = approvals.find((one) => one.taskID === taskId);
      if (approval?.urgedAt) throw refusal('LIMITED', 'once in 10 minutes', { retryAfter: 540 });
      return Object.assign(approval ?? {}, { urgedAt: new Date().toISOString() });
    },
    resend: ({ input }: { input: Json }) => {
      const task = find(world.tasks, input.taskId) as { runs: (args: Json) => Json };
      const { edges } = task.runs({}) as { edges: { node: Json }[] };
      return { ...edges[0]?.node, id: 'run_again', kind: 'RESEND' };
    },
  };
  return world;
}

const PROJECT = {
  __typename: 'Project',
  id: 'prj_demo',
  ...stamps(),
  name: '演示项目',
  timeZone: 'Asia/Shanghai',
  audienceSource: 'CDP',
  multiSubject: false,
  selfApproval: false,
  refreshLead: 15,
  listedDefault: true,
  eventRetentionDays: 0,
  judgeGrace: 0,
};

const SEEDS: TaskSeed[] = [
  {
    key: 'live',
    name: '双十一会场开场提醒',
    status: 'RUNNING',
    progress: progressOf({
      sent: 4120,
      waiting: 5600,
      sending: 64,
      codes: { 43101: 216 },
      rate: 186,
    }),
  },
  { key: 'pend', name: '预售尾款支付提醒', status: 'IN_APPROVAL' },
  {
    key: 'done',
    name: '老客召回-秋季',
    status: 'ENDED',
    progress: progressOf({
      sent: 255,
      codes: { 43101: 15 },
      reasons: { DUPLICATE: 6, MISSING_VARIABLE: 2 },
      unconfirmed: 2,
    }),
  },
  { key: 'draft', name: '会员日优惠券到账通知', status: 'DRAFT' },
  { key: 'reject', name: '新品首发预约', status: 'REJECTED' },
  {
    key: 'wrong',
    name: '直播间开播提醒',
    status: 'ABNORMAL',
    reason: '40037',
    text: 'template_id 不正确 rid: 6540-1',
    progress: progressOf({ sent: 12, waiting: 988 }),
  },
  {
    key: 'pause',
    name: '积分过期提醒',
    status: 'PAUSED',
    progress: progressOf({ sent: 500, waiting: 1500 }),
  },
  { key: 'late', name: '限时秒杀-午间场', status: 'CANCELLED', reason: 'APPROVAL_TIMEOUT' },
  { key: 'mine', name: '审批人自己的任务', status: 'IN_APPROVAL', creator: 'usr_approver' },
  ...Array.from({ length: 16 }, (_, index) => ({
    key: `old${String.fromCharCode(97 + index)}`,
    name: `历史触达第 ${16 - index} 期`,
    status: 'ENDED',
    progress: progressOf({ sent: 900 + index * 13, codes: { 43101: index * 3 } }),
  })),
];

type Where = Json | undefined;

/** As much of the generated filters as the console uses. */
function matches(thing: Json, where: Where): boolean {
  if (!where) return true;
  return Object.entries(where).every(([key, wanted]) => {
    if (key === 'and') return (wanted as Where[]).every((part) => matches(thing, part));
    if (key === 'or') return (wanted as Where[]).some((part) => matches(thing, part));
    if (key === 'nameContainsFold')
      return String(thing.name).toLowerCase().includes(String(wanted).toLowerCase());
    if (key.endsWith('NotIn')) return !(wanted as unknown[]).includes(thing[key.slice(0, -5)]);
    if (key.endsWith('NEQ')) return thing[key.slice(0, -3)] !== wanted;
    if (key.endsWith('In')) return (wanted as unknown[]).includes(thing[key.slice(0, -2)]);
    return thing[key] === wanted;
  });
}

function runsOf(task: Json): Json[] {
  const { edges } = (task.runs as (args: Json) => { edges: { node: Json }[] })({ first: 1000 });
  return edges.map(({ node }) => node);
}

/** The first recipients of a task, in the proportions of its counts. */
function deliveriesOf(task: Json) {
  const progress = task.progress as WorldProgress;
  const plan: [status: string, reason: string, count: number][] = [
    ...progress.reasons.map(({ status, reason, count }): [string, string, number] => [
      status,
      reason,
      count,
    ]),
    ['UNCONFIRMED', 'TIMEOUT', progress.unconfirmed],
    ['SENT', '', Math.min(progress.sent, 300)],
  ];
  const { edges } = (task.runs as (args: Json) => { edges: { node: Json }[] })({});
  const run = edges[0]?.node;
  return plan.flatMap(([status, reason, count]) =>
    Array.from({ length: Math.min(count, 300) }, (_, index) => ({
      __typename: 'Delivery',
      id: `dlv_${status}${reason}${index}`.toLowerCase(),
      run,
      task,
      person: String(1000 + index),
      target: `o${status[0]}${reason.slice(0, 4)}_${String(index).padStart(20, '0')}`,
      status,
      reason,
      text: status === 'FAILED' ? `errcode ${reason}: user refuse rid: 6540-${index}` : '',
      explanation: explanation(reason),
      messageId: status === 'SENT' ? `18643237264612${index}` : '',
      tries: status === 'NOT_SENT' ? 0 : 1,
      content:
        status === 'NOT_SENT'
          ? []
          : [
              { key: 'thing1', label: '活动名称', value: '双十一大促' },
              { key: 'time2', label: '开始时间', value: '2026年11月22日 20:00' },
              { key: 'thing3', label: '温馨提示', value: '小明，点击进入会场' },
            ],
      claimedAt: '2026-11-22T03:00:01Z',
      settledAt: status === 'UNCONFIRMED' ? null : '2026-11-22T03:00:02Z',
    })),
  );
}
