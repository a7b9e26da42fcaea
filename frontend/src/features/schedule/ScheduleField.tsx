import { Form } from 'antd';
import type { ReactNode } from 'react';
import { useSaid } from './ScheduleContext';

interface ScheduleFieldProps {
  label: string;
  path: string | readonly string[];
  /** Places below it that say themselves what is wrong with them. */
  without?: readonly string[];
  hint?: ReactNode;
  isOptional?: boolean;
  children: ReactNode;
}

/** A labelled part of an editor; what is wrong with it stands below. */
export function ScheduleField({
  label,
  path,
  without,
  hint,
  isOptional = false,
  children,
}: ScheduleFieldProps) {
  const said = useSaid(path, without);
  return (
    <Form.Item
      label={label}
      required={!isOptional}
      {...(hint ? { extra: hint } : {})}
      {...(said.length > 0
        ? {
            validateStatus: 'error' as const,
            help: said.map((text) => <div key={text}>{text}</div>),
          }
        : {})}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as antd's fields are */}
      <div role="group" aria-label={label}>
        {children}
      </div>
    </Form.Item>
  );
}
