import type { Permission } from '@/features/session/can';

/** A page in the menu: where it is, and who sees it. */
export interface MenuPage {
  key:
    | 'tasks'
    | 'approvals'
    | 'groups'
    | 'segments'
    | 'people'
    | 'events'
    | 'attributes'
    | 'tables'
    | 'ids'
    | 'sources'
    | 'imports'
    | 'stream'
    | 'campaigns'
    | 'channels'
    | 'settings'
    | 'sandbox';
  to:
    | '/tasks'
    | '/approvals'
    | '/groups'
    | '/segments'
    | '/people'
    | '/data/events'
    | '/data/attributes'
    | '/data/tables'
    | '/data/ids'
    | '/data/sources'
    | '/data/imports'
    | '/data/stream'
    | '/campaigns'
    | '/channels'
    | '/settings'
    | '/sandbox';
  /** Any one of them shows the page; none at all shows it to everybody. */
  permissions: readonly Permission[];
  demoOnly?: true;
}

export interface MenuGroup {
  key:
    | 'messages'
    | 'organise'
    | 'people'
    | 'catalogue'
    | 'intake'
    | 'assets'
    | 'channels'
    | 'project'
    | 'demo';
  pages: readonly MenuPage[];
}

/** The console's map: sections stand in the top bar, their groups and pages at the side. */
export const MENU = [
  {
    key: 'operations',
    groups: [
      {
        key: 'messages',
        pages: [
          { key: 'tasks', to: '/tasks', permissions: ['outreach.task.view'] },
          { key: 'approvals', to: '/approvals', permissions: ['outreach.task.view'] },
        ],
      },
      {
        key: 'organise',
        pages: [{ key: 'groups', to: '/groups', permissions: ['group.manage'] }],
      },
    ],
  },
  {
    key: 'audience',
    groups: [
      {
        key: 'people',
        pages: [
          { key: 'segments', to: '/segments', permissions: ['segment.view'] },
          { key: 'people', to: '/people', permissions: ['segment.view'] },
        ],
      },
    ],
  },
  {
    key: 'data',
    groups: [
      {
        key: 'catalogue',
        pages: [
          { key: 'events', to: '/data/events', permissions: ['segment.view'] },
          { key: 'attributes', to: '/data/attributes', permissions: ['segment.view'] },
          { key: 'tables', to: '/data/tables', permissions: ['segment.view'] },
          { key: 'ids', to: '/data/ids', permissions: ['segment.view'] },
        ],
      },
      {
        key: 'intake',
        pages: [
          { key: 'sources', to: '/data/sources', permissions: ['segment.view'] },
          { key: 'imports', to: '/data/imports', permissions: ['segment.view'] },
          { key: 'stream', to: '/data/stream', permissions: ['segment.view'] },
        ],
      },
    ],
  },
  {
    key: 'content',
    groups: [
      {
        key: 'assets',
        pages: [
          {
            key: 'campaigns',
            to: '/campaigns',
            permissions: ['campaign.manage', 'outreach.task.view'],
          },
        ],
      },
    ],
  },
  {
    key: 'marketing',
    groups: [
      {
        key: 'channels',
        pages: [{ key: 'channels', to: '/channels', permissions: ['channel.wechat_mp.view'] }],
      },
      {
        key: 'project',
        pages: [
          { key: 'settings', to: '/settings', permissions: ['settings.segment_sync_default'] },
        ],
      },
    ],
  },
  {
    key: 'demo',
    groups: [
      {
        key: 'demo',
        pages: [{ key: 'sandbox', to: '/sandbox', permissions: [], demoOnly: true }],
      },
    ],
  },
] as const satisfies readonly { key: string; groups: readonly MenuGroup[] }[];

export interface MenuSection {
  key: (typeof MENU)[number]['key'];
  groups: MenuGroup[];
}

interface Viewer {
  can: (permission: Permission) => boolean;
  demo: boolean;
}

/** The part of the map that a viewer sees: no empty groups, no empty sections. */
export function visibleMenu({ can, demo }: Viewer): MenuSection[] {
  const sees = ({ permissions, demoOnly }: MenuPage) =>
    (!demoOnly || demo) && (permissions.length === 0 || permissions.some(can));
  return MENU.map(({ key, groups }) => ({
    key,
    groups: (groups as readonly MenuGroup[])
      .map((group) => ({ key: group.key, pages: group.pages.filter(sees) }))
      .filter((group) => group.pages.length > 0),
  })).filter((section) => section.groups.length > 0);
}

/** The section and page that a path belongs to. */
export function placeOf(path: string, sections: MenuSection[]) {
  for (const section of sections)
    for (const group of section.groups)
      for (const page of group.pages)
        if (path === page.to || path.startsWith(`${page.to}/`)) return { section, page };
  return undefined;
}
