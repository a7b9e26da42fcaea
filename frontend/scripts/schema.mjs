import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildSchema, printSchema } from 'graphql';

/**
 * Merges the server's schema files into schema.graphql, which gql.tada and the tests read.
 * Printing the built schema folds `extend type` away and drops the server's own @go directives.
 */
const folder = new URL('../../graph/schema/', import.meta.url);
const sdl = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .sort()
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');
const printed = printSchema(buildSchema(sdl))
  .split(/\n\n+/)
  .filter((block) => !block.includes('directive @go'))
  .join('\n\n');
writeFileSync(new URL('../schema.graphql', import.meta.url), `${printed.trim()}\n`);
