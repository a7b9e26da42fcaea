import { Tag } from 'antd';
import type { ReactNode } from 'react';

/** What a state means for the person who looks, whatever the thing is. */
export type Tone = 'neutral' | 'waiting' | 'active' | 'held' | 'good' | 'bad';

/** Text on ground, each pair at least 4.5 : 1; antd's own gold and green on pale are less. */
const LOOK: Record<Tone, { color: string; background: string }> = {
  neutral: { color: '#3d4757', background: '#eceff4' },
  waiting: { color: '#7a4d00', background: '#fff4d6' },
  active: { color: '#0e42d2', background: '#e6efff' },
  held: { color: '#8f3d00', background: '#ffeddf' },
  good: { color: '#17652f', background: '#e5f6ea' },
  bad: { color: '#a8071a', background: '#ffecea' },
};

interface StatusTagProps {
  tone: Tone;
  children: ReactNode;
}

/** A state in words and colour; the words alone must be enough. */
export function StatusTag({ tone, children }: StatusTagProps) {
  return (
    <Tag variant="filled" style={{ ...LOOK[tone], marginInlineEnd: 0 }}>
      {children}
    </Tag>
  );
}
