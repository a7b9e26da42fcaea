import type { Page } from 'playwright-core';

interface GraphQLAnswer<Data> {
  data?: Data;
  errors?: { message: string }[];
}

/** Asks the API as whoever is signed in on the page. */
export async function ask<Data>(
  page: Page,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> {
  const answer = await page.evaluate(
    async (body) => {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await response.json()) as unknown;
    },
    { query, variables },
  );
  const { data, errors } = answer as GraphQLAnswer<Data>;
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}
