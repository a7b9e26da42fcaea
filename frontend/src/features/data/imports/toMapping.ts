import { type MappedColumn, type MappingForm, spokenFor, type TargetTable } from './guessMapping';
import type { ImportInput } from './importQueries';
import type { ImportKind } from './importWords';

type Mapping = ImportInput['mapping'];

/** The mapping as the API takes it. A column without a name is left out; a table knows its own types. */
export function toMapping(form: MappingForm, kind: ImportKind, table?: TargetTable): Mapping {
  const { personColumn, idType } = form;
  const taken = spokenFor(form);
  const columns = form.columns
    .filter(({ header }) => !taken.includes(header))
    .map((column) => toColumn(column, table));
  switch (kind) {
    case 'PEOPLE':
      return { personColumn, idType, columns };
    case 'TAGS':
      return form.tagColumn
        ? {
            personColumn,
            idType,
            tagColumn: form.tagColumn,
            valueColumn: form.valueColumn || null,
            columns,
          }
        : { personColumn, idType, columns };
    case 'EVENTS':
      return {
        personColumn,
        idType,
        timeColumn: form.timeColumn || null,
        messageColumn: form.messageColumn || null,
        ...(form.eventColumn
          ? { eventColumn: form.eventColumn }
          : { event: form.event?.trim() ?? '' }),
        columns,
      };
    case 'ROWS':
      return {
        personColumn,
        idType,
        columns:
          table && form.timeColumn
            ? [{ header: form.timeColumn, name: table.dateColumn }, ...columns]
            : columns,
      };
  }
}

function toColumn({ header, name, type, isTaken }: MappedColumn, table: TargetTable | undefined) {
  if (!isTaken) return { header, name: '' };
  const isKnown = table?.columns.some((column) => column.name === name.trim());
  return isKnown ? { header, name: name.trim() } : { header, name: name.trim(), type };
}

export type MappingFault = 'REQUIRED' | 'DUPLICATE';

/** What is missing before the server is asked, by the place in the form. */
export function checkMapping(form: MappingForm, kind: ImportKind): Record<string, MappingFault> {
  const faults: Record<string, MappingFault> = {};
  if (!form.personColumn) faults.personColumn = 'REQUIRED';
  if (!form.idType) faults.idType = 'REQUIRED';
  if ((kind === 'EVENTS' || kind === 'ROWS') && !form.timeColumn) faults.timeColumn = 'REQUIRED';
  if (kind === 'EVENTS' && !form.eventColumn && !form.event?.trim()) faults.event = 'REQUIRED';
  if (kind === 'TAGS' && form.tagColumn && !form.valueColumn) faults.valueColumn = 'REQUIRED';
  const names = new Set<string>();
  const taken = spokenFor(form);
  form.columns.forEach(({ header, name, isTaken }, index) => {
    if (!isTaken || taken.includes(header)) return;
    const clean = name.trim();
    if (clean === '') faults[`columns.${index}.name`] = 'REQUIRED';
    else if (names.has(clean)) faults[`columns.${index}.name`] = 'DUPLICATE';
    names.add(clean);
  });
  return faults;
}
