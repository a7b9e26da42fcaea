import { GraphQLError } from 'graphql';

interface RefusalDetail {
  reason?: string;
  fields?: { path: string; rule: string; message: string; params?: Record<string, unknown> }[];
  retryAfter?: number;
}

/** An error as the server's presenter writes it. */
export function refusal(code: string, message: string, detail: RefusalDetail = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...detail } });
}
