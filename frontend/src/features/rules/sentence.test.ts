import { beforeAll, expect, test } from 'vitest';
import { i18n } from '@/shared/i18n/i18n';
import type { Catalogue, Field } from './catalogue';
import type { RuleNode, Test, Window } from './ruleTypes';
import { type RuleWords, ruleSentence, sentenceOfTest, sentenceOfWindow } from './sentence';

const field = (name: string, label: string, type: Field['type']): Field => ({
  id: `prp_${name}`,
  name,
  label,
  type,
  enabled: true,
});
const CATALOGUE: Catalogue = {
  attributes: [field('city', '城市', 'TEXT'), field('registered_at', '注册时间', 'DATETIME')],
  tags: [field('lost', '流失', 'BOOLEAN')],
  events: [
    {
      id: 'evt_1',
      name: 'purchase',
      label: '购买',
      enabled: true,
      fields: [field('amount', '金额', 'NUMBER'), field('order', '订单号', 'TEXT')],
    },
    { id: 'evt_2', name: 'view', label: '浏览', enabled: true, fields: [] },
  ],
  tables: [
    {
      id: 'dtb_1',
      name: 'orders',
      label: '订单',
      enabled: true,
      fields: [field('amount', '金额', 'NUMBER')],
    },
  ],
  idTypes: [{ key: 'phone', label: '手机号' }],
  segments: [{ key: 'seg_1', label: '老客' }],
};

const words = (language: 'zh-CN' | 'en-US') =>
  i18n.getFixedT(language, 'rules') as unknown as RuleWords;

beforeAll(async () => {
  await i18n.changeLanguage('en-US');
  await i18n.loadNamespaces('rules');
  await i18n.changeLanguage('zh-CN');
});

test.each<[Test, string, string]>([
  [{ test: 'IN', values: ['北京', '上海'] }, '等于“北京”或“上海”', 'is “北京” or “上海”'],
  [{ test: 'NOT_IN_TAGGED', values: ['a'] }, '有值且不等于“a”', 'has a value other than “a”'],
  [
    { test: 'NOT_IN_ALL', values: ['a', 'b'] },
    '不等于“a”、“b”（含没有值的）',
    'is not “a” or “b” (or has no value)',
  ],
  [{ test: 'CONTAINS', values: ['a'] }, '包含“a”', 'contains “a”'],
  [{ test: 'NOT_CONTAINS', values: ['a'] }, '不包含“a”', 'does not contain “a”'],
  [{ test: 'STARTS_WITH', values: ['a'] }, '以“a”开头', 'starts with “a”'],
  [{ test: 'ENDS_WITH', values: ['a'] }, '以“a”结尾', 'ends with “a”'],
  [{ test: 'MATCHES', values: ['^a+$'] }, '匹配正则“^a+$”', 'matches “^a+$”'],
  [{ test: 'EQ', values: [5] }, '等于 5', 'is 5'],
  [{ test: 'NE', values: [5] }, '不等于 5', 'is not 5'],
  [{ test: 'GT', values: [5] }, '大于 5', 'is more than 5'],
  [{ test: 'GE', values: [5] }, '大于等于 5', 'is at least 5'],
  [{ test: 'LT', values: [5] }, '小于 5', 'is less than 5'],
  [{ test: 'LE', values: [5] }, '小于等于 5', 'is at most 5'],
  [{ test: 'BETWEEN', values: [5, 9.5] }, '在 5 到 9.5 之间', 'is between 5 and 9.5'],
  [{ test: 'DURING', window: { kind: 'THIS', unit: 'MONTH' } }, '在本月', 'is this month'],
  [{ test: 'IS_TRUE' }, '为“是”', 'is yes'],
  [{ test: 'IS_FALSE' }, '为“否”', 'is no'],
  [{ test: 'ANY_OF', values: ['a', 'b'] }, '包含“a”、“b”中任意一个', 'has any of “a”, “b”'],
  [{ test: 'ALL_OF', values: ['a', 'b'] }, '同时包含“a”、“b”', 'has all of “a”, “b”'],
  [{ test: 'NONE_OF', values: ['a'] }, '不包含“a”中任何一个', 'has none of “a”'],
  [{ test: 'IS_EMPTY' }, '为空', 'is empty'],
  [{ test: 'NOT_EMPTY' }, '不为空', 'is not empty'],
  [{ test: 'IS_NULL' }, '没有值', 'has no value'],
  [{ test: 'NOT_NULL' }, '有值', 'has a value'],
  [{ test: 'IN', values: [] }, '等于〔未填〕', 'is [open]'],
  [{ test: 'EQ', values: [null] }, '等于 〔未填〕', 'is [open]'],
])('the test $test is said', (given, chinese, english) => {
  expect(sentenceOfTest(given, words('zh-CN'))).toBe(chinese);
  expect(sentenceOfTest(given, words('en-US'))).toBe(english);
});

test.each<[string, Window, string, string]>([
  ['always', { kind: 'ALWAYS' }, '任何时间', 'at any time'],
  [
    'a fixed range',
    { kind: 'BETWEEN', from: '2021-03-01', to: '2021-03-31' },
    '2021-03-01 至 2021-03-31 ',
    'from 2021-03-01 to 2021-03-31',
  ],
  [
    'one day',
    { kind: 'BETWEEN', from: '2021-03-01', to: '2021-03-01' },
    '2021-03-01',
    '2021-03-01',
  ],
  ['from a day', { kind: 'BETWEEN', from: '2021-03-01' }, '2021-03-01 起', 'from 2021-03-01 on'],
  [
    'to a minute',
    { kind: 'BETWEEN', to: '2021-03-31T10:30:00+08:00' },
    '2021-03-31 10:30 及以前',
    'until 2021-03-31 10:30',
  ],
  [
    'last days with today',
    { kind: 'LAST', value: 7, unit: 'DAY', today: true },
    '最近 7 天（含今天）',
    'in the last 7 days (with today)',
  ],
  [
    'last months without today',
    { kind: 'LAST', value: 6, unit: 'MONTH', today: false },
    '最近 6 个月（不含今天）',
    'in the last 6 months (without today)',
  ],
  ['last hours', { kind: 'LAST', value: 1, unit: 'HOUR' }, '最近 1 小时', 'in the last 1 hour'],
  ['this half month', { kind: 'THIS', unit: 'HALF_MONTH' }, '本半月', 'this half month'],
  [
    'next',
    { kind: 'NEXT', value: 7, unit: 'DAY' },
    '未来 7 天（含今天）',
    'in the next 7 days (with today)',
  ],
  [
    '2 to 4 days ago',
    { kind: 'DAYS', from: -4, to: -2 },
    '4 天前至2 天前',
    'between 4 days ago and 2 days ago',
  ],
  ['7 days ago or earlier', { kind: 'DAYS', to: -7 }, '7 天前及更早', '7 days ago or earlier'],
  ['8 days on or later', { kind: 'DAYS', from: 8 }, '8 天后及更晚', '8 days from now or later'],
  ['yesterday', { kind: 'DAYS', from: -1, to: -1 }, '1 天前', '1 day ago'],
  [
    'after the first event',
    {
      kind: 'ANCHOR',
      event: { event: 'view', pick: 'FIRST' },
      after: { value: 30, unit: 'DAY' },
    },
    '首次“浏览”之后 30 天内',
    'within 30 days after the first “浏览”',
  ],
  [
    'before the latest event',
    { kind: 'ANCHOR', event: { event: 'view', pick: 'LAST' }, before: { value: 2, unit: 'HOUR' } },
    '最近一次“浏览”之前 2 小时内',
    'within 2 hours before the latest “浏览”',
  ],
  [
    'round an attribute',
    {
      kind: 'ANCHOR',
      attribute: 'registered_at',
      before: { value: 1, unit: 'DAY' },
      after: { value: 2, unit: 'DAY' },
    },
    '属性“注册时间”的时间之前 1 天至之后 2 天',
    'from 1 day before to 2 days after the time in “注册时间”',
  ],
  [
    'in the same week',
    { kind: 'ANCHOR', attribute: 'registered_at', same: 'WEEK' },
    '与属性“注册时间”的时间同一周',
    'in the week of the time in “注册时间”',
  ],
])('the window %s is said', (_what, window, chinese, english) => {
  expect(sentenceOfWindow(window, words('zh-CN'), CATALOGUE)).toBe(chinese);
  expect(sentenceOfWindow(window, words('en-US'), CATALOGUE)).toBe(english);
});

const CITY: RuleNode = { op: 'ATTRIBUTE', name: 'city', test: { test: 'IN', values: ['北京'] } };

test.each<[string, RuleNode, string, string]>([
  ['nothing', { op: 'AND', nodes: [] }, '还没有条件', 'No conditions yet'],
  ['an attribute', CITY, '用户属性“城市”等于“北京”', 'attribute “城市” is “北京”'],
  [
    'a tag',
    { op: 'TAG', name: 'lost', test: { test: 'IS_TRUE' } },
    '标签“流失”为“是”',
    'tag “流失” is yes',
  ],
  [
    'an ID type',
    { op: 'IDENTITY', idType: 'phone', has: false },
    '没有“手机号”',
    'has no “手机号”',
  ],
  [
    'a segment',
    { op: 'SEGMENT', segment: 'seg_1', in: true },
    '在分群“老客”中',
    'in segment “老客”',
  ],
  [
    'a behaviour',
    { op: 'EVENT', event: 'purchase', did: true, window: { kind: 'ALWAYS' } },
    '做过“购买”',
    'did “购买”',
  ],
  [
    'a behaviour with all its parts',
    {
      op: 'EVENT',
      event: 'purchase',
      did: true,
      where: {
        op: 'OR',
        nodes: [
          { op: 'PROPERTY', name: 'amount', test: { test: 'GT', values: [100] } },
          { op: 'PROPERTY', name: 'order', test: { test: 'IS_NULL' } },
        ],
      },
      window: { kind: 'LAST', value: 30, unit: 'DAY', today: true },
      measure: { of: 'SUM', name: 'amount' },
      compare: { test: 'GT', values: [200] },
    },
    '最近 30 天（含今天）做过“购买”（金额大于 100 或 订单号没有值），“金额”的总和大于 200',
    'did “购买” (金额 is more than 100 or 订单号 has no value) in the last 30 days (with today), sum of “金额” is more than 200',
  ],
  [
    'how often',
    { op: 'EVENT', event: 'purchase', did: true, compare: { test: 'GE', values: [5] } },
    '做过“购买”，次数大于等于 5',
    'did “购买”, number of times is at least 5',
  ],
  [
    'a behaviour that did not happen',
    { op: 'EVENT', event: 'purchase', did: false, window: { kind: 'THIS', unit: 'MONTH' } },
    '本月没有做过“购买”',
    'did not do “购买” this month',
  ],
  [
    'a sequence',
    {
      op: 'SEQUENCE',
      did: true,
      steps: [{ event: 'view' }, { event: 'purchase' }],
      within: { value: 30, unit: 'DAY' },
      link: 'order',
    },
    '依次做过“浏览” → “购买”，相邻两步间隔不超过 30 天，各步的“order”相同',
    'did “浏览” → “购买” in sequence, at most 30 days between steps, with the same “order” in all steps',
  ],
  [
    'detail rows',
    {
      op: 'ROWS',
      table: 'orders',
      did: true,
      measure: { of: 'ROWS' },
      compare: { test: 'BETWEEN', values: [2, 4] },
    },
    '在明细表“订单”中有记录，记录数在 2 到 4 之间',
    'has rows in “订单”, number of rows is between 2 and 4',
  ],
  [
    'groups and exclusion',
    {
      op: 'EXCLUDE',
      nodes: [
        {
          op: 'AND',
          nodes: [
            CITY,
            { op: 'OR', nodes: [CITY, { op: 'IDENTITY', idType: 'phone', has: true }] },
          ],
        },
        { op: 'AND', nodes: [{ op: 'TAG', name: 'lost', test: { test: 'IS_TRUE' } }] },
      ],
    },
    '（用户属性“城市”等于“北京” 且 （用户属性“城市”等于“北京” 或 有“手机号”）），但排除 标签“流失”为“是”',
    '(attribute “城市” is “北京” and (attribute “城市” is “北京” or has “手机号”)), but not tag “流失” is yes',
  ],
])('%s is a sentence', (_what, rule, chinese, english) => {
  expect(ruleSentence(rule, words('zh-CN'), CATALOGUE)).toBe(chinese);
  expect(ruleSentence(rule, words('en-US'), CATALOGUE)).toBe(english);
});
