import { Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAct } from '@/shared/graphql/useAct';
import { MayImport } from '../MayImport';
import { useTell } from '../useTell';
import { UpdateEvent } from './eventQueries';

interface EventSwitchProps {
  event: { id: string; name: string; displayName: string; enabled: boolean };
}

/** Takes an event in or refuses it; a refused one cannot be picked in rules. */
export function EventSwitch({ event }: EventSwitchProps) {
  const { t } = useTranslation('data');
  const tell = useTell();
  const update = useAct(UpdateEvent);

  async function turn(enabled: boolean) {
    const { fault } = await update.act({ id: event.id, enabled });
    if (fault) tell(fault);
  }

  return (
    <MayImport>
      {(disabled) => (
        <Switch
          size="small"
          aria-label={t('enabledOf', { name: event.displayName || event.name })}
          checked={event.enabled}
          disabled={disabled}
          loading={update.busy}
          onChange={(enabled) => void turn(enabled)}
        />
      )}
    </MayImport>
  );
}
