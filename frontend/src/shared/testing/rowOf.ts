import { screen, within } from '@testing-library/react';

/**
 * The table row that holds a text. Looking rows up by their accessible name reads the styles
 * of every cell of the page, which takes jsdom seconds.
 */
export async function rowOf(text: string): Promise<HTMLElement> {
  const row = (await screen.findByText(text)).closest('tr');
  if (!row) throw new Error(`“${text}” is in no row`);
  return row;
}

/** The row of one table that says so, in one of its elements as a whole or where the pattern fits. */
export function rowIn(table: HTMLElement, said: string | RegExp): HTMLElement {
  const row = within(table).getAllByText(said)[0]?.closest('tr');
  if (!row) throw new Error(`“${said}” is in no row`);
  return row;
}
