import { Flex, Typography } from 'antd';
import type { ReactNode } from 'react';

interface NameCellProps {
  /** The stable key, as data and rules have it. */
  name: string;
  displayName: string;
  /** Wraps what people read, such as a link. */
  children?: (label: string) => ReactNode;
}

/** A name for people above its key; a thing without a name of its own shows the key alone. */
export function NameCell({ name, displayName, children }: NameCellProps) {
  const label = displayName || name;
  return (
    <Flex vertical>
      <span>{children ? children(label) : label}</span>
      {label !== name && (
        <Typography.Text type="secondary" className="mono-id">
          {name}
        </Typography.Text>
      )}
    </Flex>
  );
}
