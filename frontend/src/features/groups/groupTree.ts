import type { ResultOf } from '@/shared/graphql/graphql';
import type { GroupNode } from './GroupNode';

export type Group = ResultOf<typeof GroupNode>;

export interface GroupBranch {
  group: Group;
  children: GroupBranch[];
}

/** Levels below a top-level group; the top itself is level 1 (spec §2.1). */
export const MAX_LEVEL = 4;
/** Top-level groups that one descriptor object may have. */
export const MAX_TOPS = 5;

/** The flat list as a tree, siblings by position, then by name. */
export function toTree(groups: readonly Group[]): GroupBranch[] {
  const below = (parentID: string | null): GroupBranch[] =>
    groups
      .filter((group) => (group.parentID ?? null) === parentID)
      .sort((a, b) => a.position - b.position || a.name.localeCompare(b.name, 'zh-CN'))
      .map((group) => ({ group, children: below(group.id) }));
  return below(null);
}

/** The names from the top-level group down to this one. */
export function pathOf(id: string, groups: readonly Group[]): string[] {
  const group = groups.find((candidate) => candidate.id === id);
  if (!group) return [];
  return [...(group.parentID ? pathOf(group.parentID, groups) : []), group.name];
}

/** Chooses one node under a top-level group, or none; the choice under the others stays. */
export function chooseUnder(
  topId: string,
  choice: string | null,
  chosen: readonly string[],
  groups: readonly Group[],
): string[] {
  const topOf = new Map(groups.map((group) => [group.id, group.topID]));
  const others = chosen.filter((id) => topOf.get(id) !== topId);
  return choice === null ? others : [...others, choice];
}
