import { Flex } from 'antd';
import type { ReactNode } from 'react';

interface NoticeProps {
  title: string;
  text: string;
  action: ReactNode;
  /** Words for an administrator. */
  detail?: string | undefined;
}

/** A page that only says something: not found, offline, broken. Plain, because every page carries it. */
export function Notice({ title, text, action, detail }: NoticeProps) {
  return (
    <Flex
      vertical
      align="center"
      gap="middle"
      style={{ padding: '96px 24px', textAlign: 'center' }}
    >
      <h1 style={{ fontSize: 24, margin: 0 }}>{title}</h1>
      <p style={{ margin: 0, color: 'rgb(0 0 0 / 65%)', maxWidth: 560 }}>{text}</p>
      {action}
      {detail && <code style={{ maxWidth: 720, overflowWrap: 'anywhere' }}>{detail}</code>}
    </Flex>
  );
}
