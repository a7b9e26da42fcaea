import { createContext, useContext } from 'react';
import { graphql, type ResultOf } from '@/shared/graphql/graphql';
import type { Permission } from './can';
import { can } from './can';

export const SessionQuery = graphql(`
  query Session {
    me {
      account { id name email locale }
      project { id name timeZone audienceSource multiSubject selfApproval refreshLead listedDefault }
      projects { id name }
      role
      permissions
    }
    server { version demo now }
  }
`);

type SessionData = ResultOf<typeof SessionQuery>;

/** Who is signed in, where, and what the server offers. */
export interface Session {
  me: NonNullable<SessionData['me']>;
  server: SessionData['server'];
}

export const SessionContext = createContext<Session | null>(null);

/** The session of the page; every page inside the frame has one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside the console frame');
  return session;
}

/** Whether the viewer holds a permission: hides menus and buttons, the server decides. */
export function useCan(): (permission: Permission) => boolean {
  const { me } = useSession();
  return (permission) => can(me.permissions, permission);
}
