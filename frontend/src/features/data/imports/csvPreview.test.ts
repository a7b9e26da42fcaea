import { expect, test } from 'vitest';
import { decodeText, previewCsv, readCsv } from './csvPreview';

const utf8 = (text: string) => new TextEncoder().encode(text);
/** "姓名,城市\n小明,上海\n" in GBK. */
const GBK = Uint8Array.from([
  0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0xb3, 0xc7, 0xca, 0xd0, 0x0a, 0xd0, 0xa1, 0xc3, 0xf7, 0x2c, 0xc9,
  0xcf, 0xba, 0xa3, 0x0a,
]);

test.each([
  [
    'plain lines',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'CRLF and no end of line',
    'a,b\r\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['CR alone', 'a\r1\r', [['a'], ['1']]],
  ['commas and doubled quotes inside quotes', 'a\n"1,""2"""\n', [['a'], ['1,"2"']]],
  [
    'line breaks inside quotes',
    'a,b\n"x\r\ny",2\n',
    [
      ['a', 'b'],
      ['x\r\ny', '2'],
    ],
  ],
  ['blank lines are skipped, an empty quoted one is a row', 'a\n\n""\n', [['a'], ['']]],
  ['a quote in the middle of a field stays', 'a\n5" pipe\n', [['a'], ['5" pipe']]],
  [
    'empty fields',
    'a,b,c\n,,\n',
    [
      ['a', 'b', 'c'],
      ['', '', ''],
    ],
  ],
])('%s', (_name, text, records) => {
  expect(readCsv(text)).toEqual({ records, isOpen: false });
});

test('UTF-8 first, then GBK; a workbook is neither', () => {
  expect(decodeText(utf8('姓名'), true)).toEqual({ text: '姓名', encoding: 'UTF-8' });
  expect(decodeText(GBK, true)?.encoding).toBe('GBK');
  expect(decodeText(Uint8Array.from([0x50, 0x4b, 0x03, 0x04, 0x00]), true)).toBeNull();
});

test('a part that ends inside a character or a row is no fault', () => {
  const bytes = utf8('姓名,城市\n小明,上海\n小红,北京');
  const cut = bytes.slice(0, bytes.length - 1);
  expect(previewCsv(cut, false).preview?.rows).toEqual([['小明', '上海']]);
  expect(previewCsv(utf8('a,b\n1,2\n3,"open'), false).preview?.rows).toEqual([['1', '2']]);
});

test('GBK files and byte-order marks are read', () => {
  expect(previewCsv(GBK, true).preview).toEqual({
    encoding: 'GBK',
    header: ['姓名', '城市'],
    rows: [['小明', '上海']],
  });
  expect(previewCsv(utf8('\uFEFFid\n1\n'), true).preview?.header).toEqual(['id']);
});

test.each([
  ['nothing', '', 'EMPTY'],
  ['a header only', 'id,city\n', 'NO_ROWS'],
  ['a quote without end', 'id\n"1\n', 'QUOTE'],
  ['a column twice', 'id,id\n1,2\n', 'HEADER'],
  ['a column without name', 'id,\n1,2\n', 'HEADER'],
])('%s is refused', (_name, text, fault) => {
  expect(previewCsv(utf8(text), true).fault).toBe(fault);
});
