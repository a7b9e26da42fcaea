import type { PropertyType } from '../properties/propertyQueries';
import type { CsvPreview } from './csvPreview';
import type { ImportKind } from './importWords';

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const INSTANT = /^\d{10}(\d{3})?$/;

const isTime = (value: string) => DATE.test(value) || DATETIME.test(value) || INSTANT.test(value);

/** A number that would lose something as one: leading zeros of a code, more digits than are exact. */
function isCode(value: string): boolean {
  return /^[+-]?0\d/.test(value) || value.replace(/\D/g, '').length > 15;
}

/** The type that all values of a column agree on; empty cells have no say. */
export function guessType(values: readonly string[]): PropertyType {
  const said = values.map((value) => value.trim()).filter((value) => value !== '');
  const all = (test: (value: string) => boolean) => said.length > 0 && said.every(test);
  if (all((value) => /^(true|false|yes|no|是|否)$/i.test(value))) return 'BOOLEAN';
  if (all((value) => DATE.test(value))) return 'DATE';
  if (all((value) => DATETIME.test(value) || DATE.test(value))) return 'DATETIME';
  if (all((value) => NUMBER.test(value) && !isCode(value))) return 'NUMBER';
  return 'TEXT';
}

/** Header words by ID type, the surest first. */
const ID_WORDS: readonly [idType: string, header: RegExp][] = [
  [
    'user_id',
    /^(user_?id|uid|customer_?id|member_?id|用户(id|编号)|会员(id|编号|号)|客户(id|编号))$/i,
  ],
  ['unionid', /^union_?id$/i],
  ['wx_openid', /^((wx_?)?open_?id)$/i],
  ['phone', /^(phone(_?number)?|mobile|tel|手机号?|电话)$/i],
  ['device_id', /^device_?id$/i],
  ['anonymous_id', /^(anonymous_?id|distinct_?id)$/i],
];
const TIME_WORDS = /^(time(stamp)?|date(time)?|at|.*_(at|time|date)|.*(时间|日期))$/i;
const EVENT_WORDS = /^(event(_?name)?|事件(名称?)?)$/i;
const MESSAGE_WORDS = /^(message_?id|event_?id|消息id)$/i;
const TAG_WORDS = /^(tag(_?name)?|标签(名称?)?)$/i;
const TAG_VALUE_WORDS = /^(tag_?value|value|标签值)$/i;

export interface MappedColumn {
  header: string;
  /** What the column is called from now on. */
  name: string;
  type: PropertyType;
  isTaken: boolean;
}

/** The wizard's answers to "which column is what". */
export interface MappingForm {
  personColumn: string;
  idType: string;
  eventColumn?: string | undefined;
  event?: string | undefined;
  timeColumn?: string | undefined;
  messageColumn?: string | undefined;
  tagColumn?: string | undefined;
  valueColumn?: string | undefined;
  columns: MappedColumn[];
}

interface GuessOptions {
  idTypes: readonly string[];
  /** The table's own columns, when rows go into one. */
  table?: TargetTable | undefined;
}

/** As much of a detail table as a mapping must know. */
export interface TargetTable {
  personColumn: string;
  dateColumn: string;
  idType: string;
  columns: readonly { name: string; type: PropertyType }[];
}

/** A first mapping from what the headers and the first rows look like; a person corrects it. */
export function guessMapping(
  { header, rows }: CsvPreview,
  kind: ImportKind,
  { idTypes, table }: GuessOptions,
): MappingForm {
  const find = (words: RegExp) => header.find((name) => words.test(name));
  const valuesOf = (name: string) => rows.map((row) => row[header.indexOf(name)] ?? '');

  let personColumn = table && header.includes(table.personColumn) ? table.personColumn : undefined;
  let idType = table?.idType;
  for (const [type, words] of ID_WORDS) {
    const named = idTypes.includes(type) ? find(words) : undefined;
    if (named && !personColumn) {
      personColumn = named;
      idType ??= type;
    }
  }
  personColumn ??= header[0] ?? '';
  idType ??= idTypes.includes('user_id') ? 'user_id' : (idTypes[0] ?? '');

  const rest = header.filter((name) => name !== personColumn);
  // A few wrong cells do not hide a column of times; they are refused row by row.
  const looksLikeTime = (name: string) => {
    const said = valuesOf(name).filter((value) => value.trim() !== '');
    const times = said.filter((value) => isTime(value.trim()));
    return said.length > 0 && times.length * 2 > said.length;
  };
  const timeColumn =
    rest.find((name) => name === table?.dateColumn) ??
    rest.find((name) => TIME_WORDS.test(name) && looksLikeTime(name)) ??
    rest.find(looksLikeTime);

  return {
    personColumn,
    idType,
    ...(kind === 'EVENTS'
      ? { timeColumn, eventColumn: find(EVENT_WORDS), messageColumn: find(MESSAGE_WORDS) }
      : {}),
    ...(kind === 'ROWS' ? { timeColumn } : {}),
    ...(kind === 'TAGS' && find(TAG_WORDS)
      ? { tagColumn: find(TAG_WORDS), valueColumn: find(TAG_VALUE_WORDS) }
      : {}),
    columns: header.map((name) => ({
      header: name,
      name,
      type:
        table?.columns.find((column) => column.name === name)?.type ?? guessType(valuesOf(name)),
      isTaken: true,
    })),
  };
}

/** Columns that have a part of their own, and so are no values beside it. */
export function spokenFor(form: Partial<MappingForm>): string[] {
  const { personColumn, eventColumn, timeColumn, messageColumn, tagColumn, valueColumn } = form;
  return [personColumn, eventColumn, timeColumn, messageColumn, tagColumn, valueColumn].filter(
    (name) => name !== undefined && name !== '',
  ) as string[];
}
