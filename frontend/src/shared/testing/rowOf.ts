import { screen } from '@testing-library/react';

/**
 * The table row that holds a text. Looking rows up by their accessible name reads the styles
 * of every cell of the page, which takes jsdom seconds.
 */
export async function rowOf(text: string): Promise<HTMLElement> {
  const row = (await screen.findByText(text)).closest('tr');
  if (!row) throw new Error(`“${text}” is in no row`);
  return row;
}
