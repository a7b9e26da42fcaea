import type { EnumOf } from '@/shared/graphql/graphql';

export type ImportKind = EnumOf<'DataImportKind'>;
export type ImportStatus = EnumOf<'DataImportStatus'>;

export const IMPORT_KINDS = [
  'PEOPLE',
  'TAGS',
  'ROWS',
  'EVENTS',
] as const satisfies readonly ImportKind[];

export const IMPORT_STATUSES = [
  'RECEIVING',
  'RUNNING',
  'DONE',
  'FAILED',
  'CANCELLED',
] as const satisfies readonly ImportStatus[];
