import { expect, test } from 'vitest';
import type { Source } from '@/features/rules/catalogue';
import type { PropertyType } from '@/features/rules/ruleTypes';
import { EMPTY_TRIGGER } from '@/features/schedule/triggerForm';
import { eventFieldsOf, unknownNames } from './eventFields';

const source = (name: string, fields: [string, PropertyType, boolean?][]): Source => ({
  id: `evt_${name}`,
  name,
  label: name,
  enabled: true,
  fields: fields.map(([key, type, enabled = true]) => ({
    id: `prp_${key}`,
    name: key,
    label: key.toUpperCase(),
    type,
    enabled,
  })),
});
const CATALOGUE = {
  events: [
    source('cart', [
      ['amount', 'NUMBER'],
      ['things', 'LIST'],
      ['deep', 'OBJECT'],
      ['old', 'TEXT', false],
      ['商品名', 'TEXT'],
      ['a|b', 'TEXT'],
    ]),
    source('like', [
      ['amount', 'NUMBER'],
      ['page', 'TEXT'],
    ]),
    source('pay', [['order', 'TEXT']]),
  ],
};
const trigger = {
  ...EMPTY_TRIGGER,
  a: { ...EMPTY_TRIGGER.a, events: [{ event: 'cart' }, { event: 'like' }] },
  b: { ...EMPTY_TRIGGER.b, events: [{ event: 'pay' }] },
};

test('R83 a message inserts what any event A carries as one value, each once', () => {
  expect(eventFieldsOf({ type: 'DONE_A_NOT_B', trigger }, CATALOGUE)).toEqual([
    { name: 'amount', label: 'AMOUNT' },
    { name: '商品名', label: '商品名' },
    { name: 'page', label: 'PAGE' },
  ]);
});

test.each(['ONCE', 'REPEAT'] as const)('%s is started by no event', (type) => {
  expect(eventFieldsOf({ type, trigger }, CATALOGUE)).toBeNull();
});

test('properties that no event A has are told of, once each', () => {
  const fields = [{ name: 'amount', label: '金额' }];
  const text = '{{event.amount}}{{event.order|-}}{{event.order}}{{attr.city}}';
  expect(unknownNames(text, fields)).toEqual(['order']);
  expect(unknownNames(text, [])).toEqual([]);
  expect(unknownNames(text, null)).toEqual([]);
});
