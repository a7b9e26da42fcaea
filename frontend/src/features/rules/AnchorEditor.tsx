import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { byName } from './catalogue';
import { FieldSelect, SourceSelect } from './FieldSelect';
import { FilterEditor } from './FilterEditor';
import { LengthInput } from './LengthInput';
import { useRuleContext } from './RuleContext';
import styles from './rules.module.css';
import type { AnchorWindow, Length, Window } from './ruleTypes';
import { WindowEditor } from './WindowEditor';

interface AnchorEditorProps {
  window: AnchorWindow;
  onChange: (window: Window) => void;
  path: string;
}

const SIDES = ['after', 'before', 'around', 'DAY', 'WEEK', 'MONTH'] as const;
type Side = (typeof SIDES)[number];
const WEEK_LONG: Length = { value: 7, unit: 'DAY' };

/** Time relative to when something else happened (spec §9.2). */
export function AnchorEditor({ window, onChange, path }: AnchorEditorProps) {
  const { t } = useTranslation('rules');
  const { catalogue } = useRuleContext();
  const { event, attribute, before, after, same } = window;
  const side: Side = same ?? (before && after ? 'around' : before ? 'before' : 'after');

  function setSide(next: Side) {
    const lengths = {
      after: { after: after ?? before ?? WEEK_LONG },
      before: { before: before ?? after ?? WEEK_LONG },
      around: { before: before ?? after ?? WEEK_LONG, after: after ?? before ?? WEEK_LONG },
    };
    const { before: _before, after: _after, same: _same, ...rest } = window;
    onChange(
      next === 'after' || next === 'before' || next === 'around'
        ? { ...rest, ...lengths[next] }
        : { ...rest, same: next },
    );
  }

  return (
    <div style={{ display: 'grid', gap: 8, flexBasis: '100%' }}>
      <span className={styles.line}>
        <Select
          aria-label={t('control.anchorKind')}
          value={event ? 'event' : 'attribute'}
          onChange={(kind) => {
            const { event: _event, attribute: _attribute, ...rest } = window;
            onChange(
              kind === 'event'
                ? { ...rest, event: { event: '', pick: 'FIRST' } }
                : { ...rest, attribute: '' },
            );
          }}
          popupMatchSelectWidth={false}
          style={{ minWidth: 140 }}
          options={(['event', 'attribute'] as const).map((kind) => ({
            value: kind,
            label: t(`anchorKind.${kind}`),
          }))}
        />
        {event ? (
          <>
            <Select
              aria-label={t('control.pick')}
              value={event.pick}
              onChange={(pick) => onChange({ ...window, event: { ...event, pick } })}
              popupMatchSelectWidth={false}
              style={{ minWidth: 96 }}
              options={(['FIRST', 'LAST'] as const).map((pick) => ({
                value: pick,
                label: t(`pick.${pick}`),
              }))}
            />
            <SourceSelect
              label={t('control.event')}
              sources={catalogue.events}
              value={event.event}
              onChange={(name) =>
                onChange({
                  ...window,
                  event: { event: name, pick: event.pick, window: event.window },
                })
              }
            />
          </>
        ) : (
          <FieldSelect
            label={t('control.attribute')}
            fields={catalogue.attributes.filter(({ type }) => type === 'DATETIME')}
            value={attribute ?? ''}
            onChange={(name) => onChange({ ...window, attribute: name })}
          />
        )}
        <Select
          aria-label={t('control.anchorSide')}
          value={side}
          onChange={setSide}
          popupMatchSelectWidth={false}
          style={{ minWidth: 96 }}
          options={SIDES.map((one) => ({ value: one, label: t(`anchorSide.${one}`) }))}
        />
        {before && (
          <LengthInput
            label={t('control.before')}
            value={before}
            onChange={(length) => onChange({ ...window, before: length })}
          />
        )}
        {before && after && <span className={styles.between}>–</span>}
        {after && (
          <LengthInput
            label={t('control.after')}
            value={after}
            onChange={(length) => onChange({ ...window, after: length })}
          />
        )}
      </span>
      {event && (
        <div className={styles.filters}>
          <span className={styles.line}>
            <WindowEditor
              use="anchor"
              window={event.window}
              onChange={(inner) => onChange({ ...window, event: { ...event, window: inner } })}
              path={`${path}.event.window`}
            />
          </span>
          <FilterEditor
            filter={event.where}
            onChange={(filter) => onChange({ ...window, event: { ...event, where: filter } })}
            source={byName(catalogue.events, event.event)}
            owner="EVENT"
            path={`${path}.event.where`}
          />
        </div>
      )}
    </div>
  );
}
