import type { PropertyType } from '../properties/propertyQueries';
import type { SourceKind } from '../sources/sourceQueries';
import type { TableData, TableInput } from './tableQueries';

/** The form of a detail table; fields are named as in the API's DetailTableInput. */
export interface TableForm {
  name: string;
  displayName: string;
  description: string;
  kind: SourceKind;
  idType: string;
  personColumn: string;
  dateColumn: string;
  columns: { name: string; displayName?: string; type: PropertyType }[];
}

export const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,59}$/;

export const NEW_TABLE: Partial<TableForm> = {
  displayName: '',
  description: '',
  kind: 'OFFLINE_DAILY',
  idType: 'user_id',
  columns: [],
};

export function fromTable(table: TableData): Partial<TableForm> {
  const { name, displayName, description } = table;
  return { name, displayName, description };
}

/** A new table is sent whole; of one that has rows only its words may change. */
export function toTableInput(form: TableForm, isNew: boolean): TableInput {
  const words = {
    displayName: form.displayName?.trim() ?? '',
    description: form.description?.trim() ?? '',
  };
  if (!isNew) return words;
  return {
    ...words,
    name: form.name.trim(),
    kind: form.kind,
    idType: form.idType,
    personColumn: form.personColumn.trim(),
    dateColumn: form.dateColumn.trim(),
    columns: (form.columns ?? []).map(({ name, displayName, type }) => ({
      name: name.trim(),
      displayName: displayName?.trim() ?? '',
      type,
    })),
  };
}
