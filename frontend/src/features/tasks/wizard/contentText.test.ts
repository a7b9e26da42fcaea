import { expect, test } from 'vitest';
import {
  countCharacters,
  fixedLength,
  parseContent,
  previewOf,
  printVariable,
} from './contentText';

test.each([
  ['plain text', '会员日', [{ kind: 'text', text: '会员日' }]],
  [
    'a variable without default',
    '{{attr.nickname}}',
    [{ kind: 'variable', variable: { source: 'attr', name: 'nickname', fallback: null } }],
  ],
  [
    'a variable with default between text',
    '亲爱的{{attr.nickname|朋友}}您好',
    [
      { kind: 'text', text: '亲爱的' },
      { kind: 'variable', variable: { source: 'attr', name: 'nickname', fallback: '朋友' } },
      { kind: 'text', text: '您好' },
    ],
  ],
  [
    'an empty default counts as none',
    '{{id.openid| }}',
    [{ kind: 'variable', variable: { source: 'id', name: 'openid', fallback: null } }],
  ],
  ['an unknown source is broken', '{{user.name}}', [{ kind: 'broken', text: '{{user.name}}' }]],
  ['an unclosed brace is broken', '满{{attr.x', [{ kind: 'broken', text: '满{{attr.x' }]],
  ['nothing has no pieces', '', []],
])('parses %s', (_what, text, pieces) => {
  expect(parseContent(text)).toEqual(pieces);
});

test.each(['{{attr.nickname}}', '{{attr.nickname|朋友}}', '{{event.amount|0}}'])(
  'prints %s as it was read',
  (text) => {
    const [piece] = parseContent(text);
    if (piece?.kind !== 'variable') throw new Error('not a variable');
    expect(printVariable(piece.variable)).toBe(text);
  },
);

test('previews with defaults, and names where there is none', () => {
  expect(previewOf('{{attr.nickname|朋友}},{{attr.city}}见')).toBe('朋友,〔city〕见');
});

test('counts code points, and only what is certain', () => {
  expect(countCharacters('会员🎉')).toBe(3);
  expect(fixedLength('亲爱的{{attr.nickname|朋友}}')).toBe(3);
});
