export interface Viewer {
  accountId: string;
  selfApproval: boolean;
}

/** What waits for an approver: pending, and not their own where self-approval is refused. */
export function waitingFor({ accountId, selfApproval }: Viewer) {
  const status = 'PENDING' as const;
  return selfApproval ? { status } : { status, submitterIDNEQ: accountId };
}
