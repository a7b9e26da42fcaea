/** How much of a file is looked at before it is sent. */
export const PREVIEW_BYTES = 64 * 1024;
const SHOWN_ROWS = 20;

export type PreviewFault = 'ENCODING' | 'EMPTY' | 'NO_ROWS' | 'QUOTE' | 'HEADER';

export interface CsvPreview {
  encoding: 'UTF-8' | 'GBK';
  header: string[];
  rows: string[][];
}

export type PreviewResult =
  | { preview: CsvPreview; fault?: undefined }
  | { preview?: undefined; fault: PreviewFault };

/** The text of the beginning of a file: UTF-8, else GBK; null for what is neither (a workbook, UTF-16). */
export function decodeText(
  bytes: Uint8Array,
  isWhole: boolean,
): { text: string; encoding: CsvPreview['encoding'] } | null {
  if (bytes.includes(0)) return null;
  for (const encoding of ['UTF-8', 'GBK'] as const) {
    try {
      // A character that is cut off at the end of a part is none that is wrong.
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: !isWhole });
      return { text, encoding };
    } catch {
      // Not this one.
    }
  }
  return null;
}

/**
 * The records of a CSV (RFC 4180): quotes may hold commas, line breaks and doubled quotes.
 * Lines end with LF, CRLF or CR. `isOpen` says that the text ended inside quotes.
 */
export function readCsv(text: string): { records: string[][]; isOpen: boolean } {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let isQuoted = false;
  let wasQuoted = false;

  const endField = () => {
    record.push(field);
    field = '';
    wasQuoted = false;
  };
  const endRecord = () => {
    const isBlank = record.length === 0 && field === '' && !wasQuoted;
    if (!isBlank) {
      endField();
      records.push(record);
    }
    record = [];
  };

  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (isQuoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else isQuoted = false;
    } else if (sign === '"' && field === '' && !wasQuoted) {
      isQuoted = true;
      wasQuoted = true;
    } else if (sign === ',') endField();
    else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && text[at + 1] === '\n') at += 1;
      endRecord();
    } else field += sign;
  }
  if (!isQuoted) endRecord();
  return { records, isOpen: isQuoted };
}

/** Header and first rows of a file, from its first bytes. */
export function previewCsv(bytes: Uint8Array, isWhole: boolean): PreviewResult {
  const decoded = decodeText(bytes, isWhole);
  if (!decoded) return { fault: 'ENCODING' };
  const text = decoded.text.replace(/^\uFEFF/, '');
  const { records, isOpen } = readCsv(text);
  if (isOpen && isWhole) return { fault: 'QUOTE' };
  // The last record of a part may be cut off anywhere.
  if (!isWhole && !isOpen) records.pop();
  const [first, ...rest] = records;
  if (!first) return { fault: 'EMPTY' };
  const header = first.map((name) => name.trim());
  if (header.some((name) => name === '') || new Set(header).size < header.length)
    return { fault: 'HEADER' };
  if (rest.length === 0) return { fault: 'NO_ROWS' };
  return { preview: { encoding: decoded.encoding, header, rows: rest.slice(0, SHOWN_ROWS) } };
}
