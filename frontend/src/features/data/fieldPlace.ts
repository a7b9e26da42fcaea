/** The place of an input in a form: `input.columns.0.name` stands at columns, 0, name. */
export function fieldPlace(path: string): (string | number)[] {
  return path
    .replace(/^input\./, '')
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
