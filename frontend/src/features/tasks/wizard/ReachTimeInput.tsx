import { useTranslation } from 'react-i18next';
import { InstantInput } from '@/features/schedule/InstantInput';

interface ReachTimeInputProps {
  id?: string;
  value?: string | null;
  onChange?: (instant: string | null) => void;
}

/** The one time of a task that runs once (R49). */
export function ReachTimeInput(props: ReachTimeInputProps) {
  const { t } = useTranslation('wizard');
  return <InstantInput {...props} placeholder={t('trigger.reachAtPlaceholder')} />;
}
