import { Tag } from 'antd';
import type { ReactNode } from 'react';

/** What a state means for the person who looks, whatever the thing is. */
export type Tone = 'neutral' | 'waiting' | 'active' | 'held' | 'good' | 'bad';

const COLOR: Record<Tone, string> = {
  neutral: 'default',
  waiting: 'gold',
  active: 'blue',
  held: 'orange',
  good: 'green',
  bad: 'red',
};

interface StatusTagProps {
  tone: Tone;
  children: ReactNode;
}

/** A state in words and colour; the words alone must be enough. */
export function StatusTag({ tone, children }: StatusTagProps) {
  return (
    <Tag color={COLOR[tone]} style={{ marginInlineEnd: 0 }}>
      {children}
    </Tag>
  );
}
