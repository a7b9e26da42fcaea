/** The permission keys that the console asks about; the server has the whole list. */
export const PERMISSIONS = [
  'outreach.task.view',
  'outreach.task.create',
  'outreach.task.edit',
  'outreach.task.delete',
  'outreach.task.operate',
  'outreach.task.approve',
  'channel.wechat_mp.view',
  'channel.wechat_mp.manage',
  'group.manage',
  'campaign.manage',
  'data.import',
  'segment.view',
  'segment.edit',
  'settings.segment_sync_default',
  'analysis.send_detail.view',
  'analysis.send_detail.advanced',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export function can(granted: readonly string[], permission: Permission): boolean {
  return granted.includes(permission);
}
