import type { Permission } from '@/features/session/can';
import type { TaskForm } from './taskForm';
import type { Abilities } from './useAbilities';

export type AudienceMode = TaskForm['audienceMode'];

const MODES = ['RULE', 'SEGMENT', 'UPLOAD', 'ALL'] as const satisfies readonly AudienceMode[];

const WHY = ['NO_SEGMENTS', 'NEW_SEGMENT_INSTEAD', 'TRIGGERED_ONLY', 'SCHEDULED_ONLY'] as const;
type Why = (typeof WHY)[number] | 'OFF' | 'NEEDS_EDIT' | 'NEEDS_VIEW';

export interface AudienceChoice {
  mode: AudienceMode;
  /** Why it cannot be chosen; it can be when absent. */
  why?: Why;
}

/** All four modes, each with what keeps it from being chosen: the project, the type, a permission. */
export function audienceChoices(
  abilities: Pick<Abilities, 'modes' | 'reasons' | 'segmentPermission'>,
  can: (permission: Permission) => boolean,
): AudienceChoice[] {
  return MODES.map((mode) => {
    const why = whyNot(mode);
    return why ? { mode, why } : { mode };
  });

  function whyNot(mode: AudienceMode): Why | undefined {
    if (!abilities.modes.includes(mode)) {
      const { reason } = abilities.reasons.find((one) => one.mode === mode) ?? {};
      return WHY.find((one) => one === reason) ?? 'OFF';
    }
    if (!abilities.segmentPermission) return undefined;
    if (mode === 'RULE' && !can('segment.edit')) return 'NEEDS_EDIT';
    return mode === 'SEGMENT' && !can('segment.view') ? 'NEEDS_VIEW' : undefined;
  }
}
