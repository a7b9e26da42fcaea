import { Tooltip } from 'antd';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/features/session/session';

interface MayImportProps {
  /** Renders the control; it is disabled for those who may only look. */
  children: (disabled: boolean) => ReactElement;
}

/** A control that changes data: who may not is told why it is disabled. */
export function MayImport({ children }: MayImportProps) {
  const { t } = useTranslation('data');
  const disabled = !useCan()('data.import');
  return (
    <Tooltip title={disabled ? t('needsImport') : undefined}>
      <span>{children(disabled)}</span>
    </Tooltip>
  );
}
