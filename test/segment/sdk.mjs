// Sends what an application sends, with Segment's own SDK and nothing changed but the host:
//
//   node sdk.mjs HOST WRITE_KEY
//
// Prints one line of JSON: how many calls were delivered, and the errors.
import { Analytics } from '@segment/analytics-node';

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, path: '/v1/batch', flushAt: 15, maxRetries: 2 });
const errors = [];
let delivered = 0;
analytics.on('error', (error) => errors.push(String(error?.reason ?? error)));
const counted = (error) => {
  if (error) errors.push(JSON.stringify(error));
  else delivered += 1;
};

analytics.identify({ userId: 'sdk-1', anonymousId: 'sdk-anon-1', traits: { city: '上海', vip: true, since: new Date('2021-03-01T10:00:00Z') } }, counted);
analytics.track({ anonymousId: 'sdk-anon-1', event: 'Signed Up', properties: { plan: 'pro', price: 12.5, tags: ['a', 'b'] } }, counted);
for (let i = 0; i < 40; i += 1) {
  analytics.track({ userId: `sdk-${i % 4}`, event: 'Order Completed', properties: { order_id: `o-${i}`, amount: i + 0.5 }, timestamp: new Date(Date.now() - 60_000) }, counted);
}
analytics.page({ userId: 'sdk-1', category: 'Docs', name: 'Node SDK', properties: { url: 'https://example.org/docs' } }, counted);
analytics.screen({ userId: 'sdk-1', name: 'Home' }, counted);
analytics.group({ userId: 'sdk-1', groupId: 'acme', traits: { employees: 20 } }, counted);
analytics.track({ anonymousId: 'sdk-before', event: 'Visited' }, counted);
analytics.alias({ userId: 'sdk-after', previousId: 'sdk-before' }, counted);
await analytics.closeAndFlush({ timeout: 15_000 });
console.log(JSON.stringify({ delivered, errors }));
