import type { CombinedError } from 'urql';

/** One wrong input: where it stands in the input, the rule it breaks, and the numbers a sentence needs. */
export interface FieldFault {
  path: string;
  rule: string;
  message: string;
  params: Record<string, unknown>;
}

/** A refusal as the console shows it, whichever door it came through. */
export interface Fault {
  /** The server's code, or NETWORK when it did not answer at all. */
  code: string;
  /** A stable word below the code, such as SELF_APPROVAL; empty when the code says it all. */
  reason: string;
  /** English words of the server; shown only where there is no translation. */
  message: string;
  fields: FieldFault[];
  /** Seconds after which a refused try may be repeated. */
  retryAfter?: number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Reads the server's error object: `extensions` of GraphQL, `error` of the plain doors. */
export function readFault(source: unknown, message: string): Fault {
  const value = isRecord(source) ? source : {};
  const fields = Array.isArray(value.fields) ? value.fields.filter(isRecord) : [];
  return {
    code: text(value.code) || 'INTERNAL',
    reason: text(value.reason),
    message: text(value.message) || message,
    fields: fields.map((field) => ({
      path: text(field.path),
      rule: text(field.rule),
      message: text(field.message),
      params: isRecord(field.params) ? field.params : {},
    })),
    ...(typeof value.retryAfter === 'number' ? { retryAfter: value.retryAfter } : {}),
  };
}

/** The fault of a failed GraphQL operation. */
export function faultOf(error: CombinedError): Fault {
  const [first] = error.graphQLErrors;
  if (first) return readFault(first.extensions, first.message);
  return { code: 'NETWORK', reason: '', message: error.message, fields: [] };
}

/** Calls one of the plain HTTP doors (/auth, /upload, /sandbox) and tells a refusal from an answer. */
export async function callDoor(
  path: string,
  init: RequestInit,
): Promise<{ body: unknown; fault?: undefined } | { fault: Fault }> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    return { fault: { code: 'NETWORK', reason: '', message: String(error), fields: [] } };
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return { body };
  const fault = readFault(isRecord(body) ? body.error : null, response.statusText);
  const retryAfter = Number(response.headers.get('retry-after'));
  return {
    fault: fault.retryAfter === undefined && retryAfter > 0 ? { ...fault, retryAfter } : fault,
  };
}

export function postJson(path: string, body: unknown) {
  return callDoor(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
