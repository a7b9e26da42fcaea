/** The accounts that the demo project is created with; they share one password. */
export const DEMO_PASSWORD = 'tidings';

export const DEMO_ACCOUNTS = [
  { role: 'MARKETER', email: 'marketer@tidings.local' },
  { role: 'APPROVER', email: 'approver@tidings.local' },
  { role: 'VIEWER', email: 'viewer@tidings.local' },
  { role: 'PROJECT_ADMIN', email: 'admin@tidings.local' },
  { role: 'TENANT_ADMIN', email: 'owner@tidings.local' },
] as const;
