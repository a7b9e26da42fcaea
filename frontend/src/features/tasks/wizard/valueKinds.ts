import { countCharacters } from './contentText';

/**
 * WeChat's rules for a parameter's value by its kind (spec §13.3). The server
 * checks again when it renders; here they tell the author while typing.
 */
interface ValueKind {
  fits: (value: string) => boolean;
  example: string;
}

const HAN = /\p{Script=Han}/u;
const CLOCK = String.raw`([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?`;
const MONTH = '(0?[1-9]|1[0-2])';
const DAY = String.raw`(0?[1-9]|[12]\d|3[01])`;
const WHOLE_DAY = String.raw`(\d{4}年${MONTH}月${DAY}日|\d{4}-${MONTH}-${DAY}|\d{4}/${MONTH}/${DAY}|\d{4}\.${MONTH}\.${DAY})`;
const PART_DAY = String.raw`(\d{4}年${MONTH}月|\d{4}[-/.]${MONTH}|${MONTH}月${DAY}日|${MONTH}[-/.]${DAY})`;
const TIME = new RegExp(`^(${WHOLE_DAY} )?${CLOCK}$`, 'u');
const DATE = new RegExp(`^(${WHOLE_DAY}( ${CLOCK})?|${PART_DAY})$`, 'u');
const AMOUNT = /^[¥¥$€£]?\d+(\.\d+)?元?$/u;

/** One moment, or a period of two joined by `~`. */
function onceOrPeriod(form: RegExp) {
  return (value: string) => {
    const moments = value.split('~');
    return moments.length <= 2 && moments.every((moment) => form.test(moment.trim()));
  };
}

export const VALUE_KINDS: Record<string, ValueKind> = {
  thing: { fits: (v) => !/\p{Cc}/u.test(v), example: '会员日专享' },
  number: { fits: (v) => /^-?\d+(\.\d+)?$/.test(v), example: '128.5' },
  letter: { fits: (v) => /^[A-Za-z]+$/.test(v), example: 'VIP' },
  symbol: { fits: (v) => !/[\p{L}\p{N}]/u.test(v), example: '☆☆☆' },
  character_string: { fits: (v) => !HAN.test(v), example: 'A2026-1111' },
  time: { fits: onceOrPeriod(TIME), example: '2026年11月11日 15:01' },
  date: { fits: onceOrPeriod(DATE), example: '2026年11月11日' },
  amount: { fits: (v) => AMOUNT.test(v), example: '¥12.50' },
  phone_number: { fits: (v) => !/[^0-9\P{L}]/u.test(v), example: '+86-0766-66888866' },
  car_number: {
    fits: (v) => /^[\p{Script=Han}A-Za-z0-9][A-Za-z0-9]*[\p{Script=Han}A-Za-z0-9]$/u.test(v),
    example: '粤A8Z888挂',
  },
  name: { fits: (v) => !/\p{N}/u.test(v), example: '张三' },
  phrase: { fits: (v) => /^\p{Script=Han}+$/u.test(v), example: '配送中' },
};

/** Whether a value that is known in full is of its kind; unknown kinds take anything. */
export function fitsKind(kind: string, value: string): boolean {
  return VALUE_KINDS[kind]?.fits(value) ?? true;
}

/** Most characters for this value: a name without Han characters may be twice as long. */
export function limitFor(kind: string, maxLength: number | null, value: string): number | null {
  if (kind === 'name') return HAN.test(value) ? 10 : 20;
  if (kind === 'amount') return /^\D?\d{11}/u.test(value) ? 10 : null;
  return maxLength;
}

export function isTooLong(kind: string, maxLength: number | null, value: string): boolean {
  const limit = limitFor(kind, maxLength, value);
  return limit !== null && countCharacters(value) > limit;
}
