import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { byName, commonFields } from './catalogue';
import { FieldSelect, SourceSelect } from './FieldSelect';
import { FilterEditor } from './FilterEditor';
import { type LeafProps, YesNo } from './LeafEditor';
import { LengthInput } from './LengthInput';
import { ProblemsAt } from './ProblemsAt';
import { useRuleContext } from './RuleContext';
import styles from './rules.module.css';
import { replaceAt } from './ruleTree';
import { LIMITS, type SequenceNode, type SequenceStep } from './ruleTypes';
import { WindowEditor } from './WindowEditor';

/** Two to five behaviours in their order, all in one stretch of time (spec §9.2). */
export function SequenceEditor({ node, onChange, path }: LeafProps<SequenceNode>) {
  const { t } = useTranslation('rules');
  const { catalogue } = useRuleContext();
  const shared = commonFields(node.steps.map(({ event }) => byName(catalogue.events, event)));

  function setStep(index: number, step: SequenceStep | null) {
    onChange({ ...node, steps: replaceAt(node.steps, index, step) });
  }

  return (
    <>
      <span className={styles.line}>
        <span className={styles.kind}>{t('kind.SEQUENCE')}</span>
        <span className={styles.line} style={{ flex: 1 }}>
          <WindowEditor
            use="behaviour"
            window={node.window}
            onChange={(window) => onChange({ ...node, window })}
            path={`${path}.window`}
          />
          <YesNo
            label={t('control.did')}
            value={node.did}
            onChange={(did) => onChange({ ...node, did })}
            words={[t('didSequence.true'), t('didSequence.false')]}
          />
        </span>
      </span>
      <div className={styles.more}>
        {node.steps.map((step, index) => {
          const place = `${path}.steps.${index}`;
          const number = index + 1;
          const source = byName(catalogue.events, step.event);
          return (
            <fieldset
              key={place}
              aria-label={t('builder.step', { number })}
              className={`${styles.row} ${styles.plain}`}
            >
              <div className={styles.rowMain}>
                <span className={styles.line}>
                  <span className={styles.between}>{t('builder.step', { number })}</span>
                  <SourceSelect
                    label={t('control.event')}
                    sources={catalogue.events}
                    value={step.event}
                    onChange={(event) => setStep(index, { event })}
                  />
                </span>
                <FilterEditor
                  filter={step.where}
                  onChange={(where) => setStep(index, { ...step, where })}
                  source={source}
                  owner="EVENT"
                  path={`${place}.where`}
                />
                <ProblemsAt path={place} />
              </div>
              {node.steps.length > 2 && (
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined aria-hidden />}
                  aria-label={t('builder.removeStep', { number })}
                  onClick={() => setStep(index, null)}
                />
              )}
            </fieldset>
          );
        })}
        <span className={styles.line}>
          <Button
            type="link"
            size="small"
            icon={<PlusOutlined aria-hidden />}
            style={{ paddingInline: 0 }}
            disabled={node.steps.length >= LIMITS.steps}
            onClick={() => onChange({ ...node, steps: [...node.steps, { event: '' }] })}
          >
            {t('builder.addStep')}
          </Button>
        </span>
        <span className={styles.line}>
          <Checkbox
            checked={node.within !== undefined}
            onChange={(event) => {
              const { within: _within, ...rest } = node;
              onChange(
                event.target.checked ? { ...node, within: { value: 30, unit: 'DAY' } } : rest,
              );
            }}
          >
            {t('control.within')}
          </Checkbox>
          {node.within && (
            <LengthInput
              label={t('control.within')}
              value={node.within}
              onChange={(within) => onChange({ ...node, within })}
            />
          )}
        </span>
        {(shared.length > 0 || node.link) && (
          <span className={styles.line}>
            <span className={styles.between}>{t('control.link')}</span>
            <FieldSelect
              label={t('control.link')}
              fields={shared}
              value={node.link ?? ''}
              allowClear={t('control.noLink')}
              onChange={(link) => {
                const { link: _link, ...rest } = node;
                onChange(link ? { ...node, link } : rest);
              }}
            />
          </span>
        )}
      </div>
    </>
  );
}
