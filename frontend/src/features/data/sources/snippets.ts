export const SNIPPETS = ['node', 'browser', 'curl'] as const;
export type Snippet = (typeof SNIPPETS)[number];

/** What each snippet is called; the same in every language. */
export const SNIPPET_NAMES: Record<Snippet, string> = {
  node: 'Node.js (@segment/analytics-node)',
  browser: 'JavaScript (fetch)',
  curl: 'curl',
};

/** Ready-to-paste code that sends one event to a source. */
export function snippet(kind: Snippet, writeKey: string, origin: string): string {
  switch (kind) {
    case 'node':
      return `// npm install @segment/analytics-node
import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({
  writeKey: '${writeKey}',
  host: '${origin}',
  path: '/v1/batch',
});

analytics.identify({ userId: 'user-1', traits: { city: '上海' } });
analytics.track({
  userId: 'user-1',
  event: 'purchase',
  properties: { amount: 99.5, quantity: 2 },
});
await analytics.closeAndFlush();
`;
    case 'browser':
      return `async function track(userId, event, properties) {
  const response = await fetch('${origin}/v1/track', {
    method: 'POST',
    keepalive: true,
    headers: {
      'Content-Type': 'application/json',
      Authorization: 'Basic ' + btoa('${writeKey}:'),
    },
    body: JSON.stringify({
      messageId: crypto.randomUUID(),
      timestamp: new Date().toISOString(),
      userId, event, properties,
    }),
  });
  if (!response.ok) console.warn(await response.text());
}

track('user-1', 'purchase', { amount: 99.5, quantity: 2 });
`;
    case 'curl':
      return `curl -u '${writeKey}:' -H 'Content-Type: application/json' \\
  -d '{"userId":"user-1","event":"purchase","properties":{"amount":99.5,"quantity":2}}' \\
  ${origin}/v1/track
`;
  }
}
