import type { Fault } from '@/shared/graphql/errors';
import { postJson } from '@/shared/graphql/errors';
import { graphql } from '@/shared/graphql/graphql';

export interface Credentials {
  email: string;
  password: string;
}

/** Signs in with a cookie; nothing on success, the server's refusal otherwise. */
export async function signIn({ email, password }: Credentials): Promise<Fault | undefined> {
  return (await postJson('/auth/sign-in', { email: email.trim(), password })).fault;
}

export async function signOut(): Promise<Fault | undefined> {
  return (await postJson('/auth/sign-out', {})).fault;
}

export const SetLocale = graphql(`
  mutation SetLocale($locale: String!) {
    setLocale(locale: $locale) { id locale }
  }
`);
