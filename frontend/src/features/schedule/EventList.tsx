import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { byName } from '@/features/rules/catalogue';
import { SourceSelect } from '@/features/rules/FieldSelect';
import { FilterEditor } from '@/features/rules/FilterEditor';
import { useRuleContext } from '@/features/rules/RuleContext';
import { replaceAt } from '@/features/rules/ruleTree';
import { useSaid } from './ScheduleContext';
import styles from './schedule.module.css';
import { type EventForm, LIMITS } from './scheduleTypes';

interface EventListProps {
  /** A or B. */
  letter: 'A' | 'B';
  events: readonly EventForm[];
  onChange: (events: EventForm[]) => void;
  path: string;
}

/** The events that count as A, or as B: any of them, each with what its properties must be. */
export function EventList({ letter, events, onChange, path }: EventListProps) {
  const { t } = useTranslation('schedule');
  return (
    <div className={styles.events}>
      {events.map((event, index) => {
        const place = `${path}.${index}`;
        return (
          <EventRow
            key={place}
            letter={letter}
            number={index + 1}
            event={event}
            onChange={(next) => onChange(replaceAt(events, index, next))}
            canRemove={events.length > 1}
            path={place}
          />
        );
      })}
      <div>
        <Button
          type="link"
          size="small"
          icon={<PlusOutlined aria-hidden />}
          style={{ paddingInline: 0 }}
          disabled={events.length >= LIMITS.events}
          onClick={() => onChange([...events, { event: '' }])}
        >
          {t('trigger.addEvent')}
        </Button>
      </div>
    </div>
  );
}

interface EventRowProps {
  letter: 'A' | 'B';
  number: number;
  event: EventForm;
  onChange: (event: EventForm | null) => void;
  canRemove: boolean;
  path: string;
}

function EventRow({ letter, number, event, onChange, canRemove, path }: EventRowProps) {
  const { t } = useTranslation('schedule');
  const { catalogue } = useRuleContext();
  const said = useSaid(path, [`${path}.where`]);
  return (
    <fieldset
      aria-label={t('trigger.event', { letter, number })}
      className={`${styles.event} ${letter === 'B' ? styles.notDone : ''}`}
    >
      <div className={styles.eventMain}>
        <span className={styles.line}>
          {number > 1 && <span className={styles.or}>{t('trigger.or')}</span>}
          <SourceSelect
            label={t('trigger.eventSelect')}
            sources={catalogue.events}
            value={event.event}
            onChange={(name) => onChange({ event: name })}
          />
        </span>
        {said.length > 0 && (
          <div role="alert" className={styles.wrong}>
            {said.join(' ')}
          </div>
        )}
        {event.event !== '' && (
          <FilterEditor
            filter={event.where}
            onChange={(where) =>
              onChange(where ? { event: event.event, where } : { event: event.event })
            }
            source={byName(catalogue.events, event.event)}
            owner="EVENT"
            path={`${path}.where`}
          />
        )}
      </div>
      {canRemove && (
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t('trigger.removeEvent', { letter, number })}
          onClick={() => onChange(null)}
        />
      )}
    </fieldset>
  );
}
