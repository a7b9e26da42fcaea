import { within } from '@testing-library/react';

/**
 * The row of a table that says so, in one of its elements as a whole or where the pattern fits.
 * Asking for the row by its accessible name has jsdom compute the style of everything in every
 * row, which takes minutes in a wide table.
 */
export function rowOf(table: HTMLElement, said: string | RegExp): HTMLElement {
  const row = within(table).getAllByText(said)[0]?.closest('tr');
  if (!row) throw new Error(`not in a row: ${said}`);
  return row;
}
