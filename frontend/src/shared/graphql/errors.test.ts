import { CombinedError } from 'urql';
import { afterEach, expect, test, vi } from 'vitest';
import { faultOf, postJson, readFault } from './errors';

afterEach(() => vi.unstubAllGlobals());

test('a GraphQL error gives its code, reason and fields', () => {
  const error = new CombinedError({
    graphQLErrors: [
      {
        message: 'some inputs break a rule',
        extensions: {
          code: 'INVALID',
          fields: [{ path: 'input.name', rule: 'TOO_LONG', message: 'long', params: { max: 60 } }],
        },
      },
    ],
  });
  expect(faultOf(error)).toEqual({
    code: 'INVALID',
    reason: '',
    message: 'some inputs break a rule',
    fields: [{ path: 'input.name', rule: 'TOO_LONG', message: 'long', params: { max: 60 } }],
  });
});

test('no answer is NETWORK', async () => {
  expect(faultOf(new CombinedError({ networkError: new Error('refused') })).code).toBe('NETWORK');
  vi.stubGlobal('fetch', () => Promise.reject(new Error('refused')));
  expect((await postJson('/auth/sign-in', {})).fault?.code).toBe('NETWORK');
});

test('whatever else comes back is INTERNAL, not a crash', async () => {
  expect(readFault(null, 'x')).toEqual({ code: 'INTERNAL', reason: '', message: 'x', fields: [] });
  vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }));
  expect((await postJson('/auth/sign-in', {})).fault?.code).toBe('INTERNAL');
});

test('the seconds to wait come from the body or from Retry-After', async () => {
  vi.stubGlobal('fetch', async () =>
    Response.json({ error: { code: 'LIMITED' } }, { status: 429, headers: { 'retry-after': '7' } }),
  );
  expect((await postJson('/auth/sign-in', {})).fault?.retryAfter).toBe(7);
});
