import { expect, test } from 'vitest';
import { readAnswer } from './sendFile';

test.each([
  ['a stored list', 200, '{"id":"upl_1","status":"RESOLVING"}', { id: 'upl_1' }],
  [
    'a refusal with its rule',
    422,
    '{"error":{"code":"INVALID","message":"m","fields":[{"path":"file","rule":"ENCODING","message":"e"}]}}',
    { fault: { code: 'INVALID', fields: [{ path: 'file', rule: 'ENCODING' }] } },
  ],
  ["a proxy's page for a file too large", 413, '<html>', { fault: { code: 'TOO_LARGE' } }],
  ['an answer that makes no sense', 200, 'ok', { fault: { code: 'INTERNAL' } }],
])('reads %s', (_what, status, text, expected) => {
  expect(readAnswer(status, text)).toMatchObject(expected);
});
