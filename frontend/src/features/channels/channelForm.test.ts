import { expect, test } from 'vitest';
import {
  APP_ID,
  type Channel,
  EMPTY_CHANNEL,
  fromChannel,
  ORIGINAL_ID,
  PAGE,
  toChannelInput,
} from './channelForm';

const CHANNEL: Channel = {
  id: 'chn_1',
  name: '星河商城',
  appID: 'wx1234567890abcdef',
  originalID: 'gh_123456',
  qpsLimit: 50,
  programState: 'TRIAL',
  lang: 'ZH_CN',
  h5Page: 'pages/web/index',
  relayPage: '',
  enabled: true,
  state: 'READY',
  stateCode: '',
  stateText: '',
  explanation: null,
  checkedAt: null,
  pausedUntil: null,
  templatesSyncedAt: null,
  firstSentAt: null,
  targetIdType: 'wx_openid',
  openTaskCount: 0,
  createdAt: '2026-11-01T00:00:00Z',
  updatedAt: '2026-11-01T00:00:00Z',
};

test('a stored channel comes back as the input that stored it, without its secret', () => {
  expect(toChannelInput(fromChannel(CHANNEL))).toEqual({
    name: '星河商城',
    appId: 'wx1234567890abcdef',
    originalId: 'gh_123456',
    qpsLimit: 50,
    programState: 'TRIAL',
    lang: 'ZH_CN',
    h5Page: 'pages/web/index',
    relayPage: '',
  });
});

test('what was pasted is trimmed, and a new secret is sent', () => {
  const form = { ...EMPTY_CHANNEL, name: ' 星河 ', appId: ' wx1 ', secret: ' s3cret ' };
  expect(toChannelInput(form)).toMatchObject({ name: '星河', appId: 'wx1', secret: 's3cret' });
});

test.each([
  [APP_ID, 'wx1234567890abcdef', true],
  [APP_ID, 'wx123', false],
  [ORIGINAL_ID, 'gh_123456', true],
  [ORIGINAL_ID, '123456', false],
  [PAGE, 'pages/web/index', true],
  [PAGE, 'https://example.com', false],
  [PAGE, 'pages/web/index?a=1', false],
])('%s takes %s: %s', (form, value, fits) => {
  expect(form.test(value)).toBe(fits);
});
