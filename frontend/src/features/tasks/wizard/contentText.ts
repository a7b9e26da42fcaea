/** Where a variable's value comes from: an attribute or an ID of the person, a tag, or the triggering event. */
export const VARIABLE_SOURCES = ['attr', 'id', 'tag', 'event'] as const;
export type VariableSource = (typeof VARIABLE_SOURCES)[number];

export interface Variable {
  source: VariableSource;
  name: string;
  /** Stands in when the person has no value; without it nothing is sent to them (R84). */
  fallback: string | null;
}

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'variable'; variable: Variable }
  | { kind: 'broken'; text: string };

/** What a variable's name may be: what the catalogue takes as one, but for braces and bars. */
export const VARIABLE_NAME = /^[^\s{}|"\\](?:[^{}|"\\\p{C}]{0,126}[^\s{}|"\\\p{C}])?$/u;

const BRACED = /\{\{([^{}]*)\}\}/g;
const VARIABLE = /^\s*(attr|id|tag|event)\.([^\s{}|"\\][^{}|"\\\p{C}]{0,127}?)\s*(?:\|(.*))?$/su;

/** Splits a parameter's text into fixed parts, variables, and braces that are no variable. */
export function parseContent(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(BRACED)) {
    pushText(pieces, text.slice(end, match.index));
    pieces.push(parseVariable(match[0], match[1] ?? ''));
    end = match.index + match[0].length;
  }
  pushText(pieces, text.slice(end));
  return pieces;
}

function parseVariable(braced: string, inner: string): Piece {
  const [, source, name, fallback] = VARIABLE.exec(inner) ?? [];
  if (!source || !name) return { kind: 'broken', text: braced };
  return {
    kind: 'variable',
    variable: {
      source: source as VariableSource,
      name,
      fallback: fallback?.trim() ? fallback.trim() : null,
    },
  };
}

function pushText(pieces: Piece[], text: string) {
  if (text === '') return;
  const broken = text.includes('{{') || text.includes('}}');
  pieces.push(broken ? { kind: 'broken', text } : { kind: 'text', text });
}

/** The written form of a variable, as it is inserted into a text. */
export function printVariable({ source, name, fallback }: Variable): string {
  return fallback ? `{{${source}.${name}|${fallback}}}` : `{{${source}.${name}}}`;
}

export function variablesOf(text: string): Variable[] {
  return parseContent(text).flatMap((piece) => (piece.kind === 'variable' ? [piece.variable] : []));
}

/** The text as a card would show it: defaults in place of variables, or their names where there is none. */
export function previewOf(text: string): string {
  return parseContent(text)
    .map((piece) => {
      if (piece.kind !== 'variable') return piece.text;
      return piece.variable.fallback ?? `〔${piece.variable.name}〕`;
    })
    .join('');
}

/** Characters as WeChat counts them: code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  return [...text].length;
}

/** The characters that are certain to be in the value: the fixed parts, without variables. */
export function fixedLength(text: string): number {
  return parseContent(text).reduce(
    (sum, piece) => (piece.kind === 'variable' ? sum : sum + countCharacters(piece.text)),
    0,
  );
}
