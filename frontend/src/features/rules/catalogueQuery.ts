import type { Client } from 'urql';
import { graphql, type ResultOf } from '@/shared/graphql/graphql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import type { Catalogue, Field, Source } from './catalogue';

/** More pages than this are not read: nobody chooses among ten thousand properties. */
const MOST_PAGES = 50;
/** How long what was read is taken for new. */
const FRESH_MS = 20_000;

const PropertiesQuery = graphql(`
  query RuleProperties($after: Cursor) {
    properties(first: 200, after: $after, orderBy: { field: NAME, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      edges { node { id owner ownerID name displayName type enabled } }
    }
  }
`);

const EventTypesQuery = graphql(`
  query RuleEventTypes($after: Cursor) {
    eventTypes(first: 200, after: $after, orderBy: { field: NAME, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      edges { node { id name displayName enabled } }
    }
  }
`);

const TablesQuery = graphql(`
  query RuleTables($after: Cursor) {
    detailTables(first: 200, after: $after, orderBy: { field: NAME, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      edges { node { id name displayName } }
    }
  }
`);

const SegmentNamesQuery = graphql(`
  query RuleSegments($after: Cursor) {
    segments(first: 200, after: $after, where: { listed: true }, orderBy: { field: NAME, direction: ASC }) {
      pageInfo { hasNextPage endCursor }
      edges { node { id name } }
    }
  }
`);

const IdTypesQuery = graphql(`
  query RuleIdTypes {
    idTypes { code name }
  }
`);

interface Connection<Node> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  edges: readonly ({ node: Node | null } | null)[] | null;
}

/** All nodes of a connection, page after page. */
async function everyNode<Node>(
  read: (after: string | null) => Promise<Connection<Node>>,
): Promise<Node[]> {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const connection: Connection<Node> = await read(after);
    nodes.push(...nodesOf(connection));
    after = connection.pageInfo.endCursor;
    if (!connection.pageInfo.hasNextPage || !after) break;
  }
  return nodes;
}

async function readCatalogue(client: Client): Promise<Catalogue> {
  async function ask<Data, Variables extends Record<string, unknown>>(
    query: Parameters<typeof client.query<Data, Variables>>[0],
    variables: Variables,
  ): Promise<Data> {
    const { data, error } = await client
      .query<Data, Variables>(query, variables, { requestPolicy: 'network-only' })
      .toPromise();
    if (error || !data) throw error ?? new Error('no answer');
    return data;
  }
  const [properties, events, tables, segments, ids] = await Promise.all([
    everyNode(async (after) => (await ask(PropertiesQuery, { after })).properties),
    everyNode(async (after) => (await ask(EventTypesQuery, { after })).eventTypes),
    everyNode(async (after) => (await ask(TablesQuery, { after })).detailTables),
    // Who may not see segments can still read a rule; segments then keep their IDs.
    everyNode(async (after) => (await ask(SegmentNamesQuery, { after })).segments).catch(() => []),
    ask(IdTypesQuery, {}),
  ]);
  return {
    attributes: fieldsOf(properties, 'ATTRIBUTE'),
    tags: fieldsOf(properties, 'TAG'),
    events: events.map((event) => ({
      ...sourceOf(event),
      fields: fieldsOf(properties, 'EVENT', event.id),
    })),
    tables: tables.map((table) => ({
      ...sourceOf({ ...table, enabled: true }),
      fields: fieldsOf(properties, 'TABLE', table.id),
    })),
    idTypes: ids.idTypes.map(({ code, name }) => ({ key: code, label: name || code })),
    segments: segments.map(({ id, name }) => ({ key: id, label: name })),
  };
}

type Property = NonNullable<
  NonNullable<NonNullable<ResultOf<typeof PropertiesQuery>['properties']['edges']>[number]>['node']
>;

function fieldsOf(
  properties: readonly Property[],
  owner: Property['owner'],
  ownerId = '',
): Field[] {
  return properties
    .filter((one) => one.owner === owner && (ownerId === '' || one.ownerID === ownerId))
    .map(({ id, name, displayName, type, enabled }) => ({
      id,
      name,
      label: displayName || name,
      type,
      enabled,
    }));
}

function sourceOf(source: {
  id: string;
  name: string;
  displayName: string;
  enabled: boolean;
}): Omit<Source, 'fields'> {
  const { id, name, displayName, enabled } = source;
  return { id, name, label: displayName || name, enabled };
}

interface Held {
  at: number;
  promise: Promise<Catalogue>;
}
const HELD = new WeakMap<Client, Held>();

/** The catalogue of the project: read once for all rules of a page. */
export function loadCatalogue(client: Client, isForced = false): Promise<Catalogue> {
  const held = HELD.get(client);
  if (held && !isForced && Date.now() - held.at < FRESH_MS) return held.promise;
  const promise = readCatalogue(client);
  HELD.set(client, { at: Date.now(), promise });
  promise.catch(() => HELD.delete(client));
  return promise;
}
