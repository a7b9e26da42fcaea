import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { byName } from './catalogue';
import { FieldSelect, SourceSelect } from './FieldSelect';
import { FilterEditor } from './FilterEditor';
import { type LeafProps, YesNo } from './LeafEditor';
import { MEASURES_OF, measurable } from './operators';
import { useRuleContext } from './RuleContext';
import styles from './rules.module.css';
import type { EventNode, Measure, MeasureOf, RowsNode, Test } from './ruleTypes';
import { CompareEditor } from './TestEditor';
import { WindowEditor } from './WindowEditor';

const ONCE: Test = { test: 'GE', values: [1] };

/** Did, or did not: which event or table, when, how often or how much, with which properties. */
export function BehaviourEditor({ node, onChange, path }: LeafProps<EventNode | RowsNode>) {
  const { t } = useTranslation('rules');
  const { catalogue } = useRuleContext();
  const isEvent = node.op === 'EVENT';
  const sources = isEvent ? catalogue.events : catalogue.tables;
  const name = isEvent ? node.event : node.table;
  const source = byName(sources, name);
  const measure: Measure = node.measure ?? { of: isEvent ? 'TIMES' : 'ROWS' };
  const types = measurable(measure.of);

  function setSource(next: string) {
    const { where: _where, measure: _measure, ...rest } = node;
    onChange(rest.op === 'EVENT' ? { ...rest, event: next } : { ...rest, table: next });
  }

  /** What did not happen is not counted. */
  function setDid(did: boolean) {
    const { measure: _measure, compare: _compare, ...rest } = node;
    onChange(did ? { ...node, did } : { ...rest, did });
  }

  function setMeasure(of: MeasureOf) {
    const keeps = measurable(of).length > 0 && measurable(of).join() === types.join();
    onChange({
      ...node,
      measure: { of, ...(keeps && measure.name ? { name: measure.name } : {}) },
      compare: node.compare ?? ONCE,
    });
  }

  return (
    <>
      <span className={styles.line}>
        <span className={styles.kind}>{t(`kind.${node.op}`)}</span>
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
            onChange={setDid}
            words={
              isEvent ? [t('did.true'), t('did.false')] : [t('hasRows.true'), t('hasRows.false')]
            }
          />
          <SourceSelect
            label={t(isEvent ? 'control.event' : 'control.table')}
            sources={sources}
            value={name}
            onChange={setSource}
          />
        </span>
      </span>
      <div className={styles.more}>
        {node.did && (
          <span className={styles.line}>
            <Select
              aria-label={t('control.measure')}
              value={measure.of}
              onChange={setMeasure}
              popupMatchSelectWidth={false}
              style={{ minWidth: 96 }}
              options={(MEASURES_OF[node.op] as readonly MeasureOf[]).map((of) => ({
                value: of,
                label: t(`measure.${of}`),
              }))}
            />
            {types.length > 0 && (
              <FieldSelect
                label={t('control.measureOf')}
                fields={(source?.fields ?? []).filter(({ type }) => types.includes(type))}
                value={measure.name ?? ''}
                onChange={(property) =>
                  onChange({
                    ...node,
                    measure: { of: measure.of, name: property },
                    compare: node.compare ?? ONCE,
                  })
                }
              />
            )}
            <CompareEditor
              test={node.compare ?? ONCE}
              onChange={(compare) => onChange({ ...node, measure, compare })}
            />
          </span>
        )}
        <FilterEditor
          filter={node.where}
          onChange={(where) => onChange({ ...node, where })}
          source={source}
          owner={isEvent ? 'EVENT' : 'TABLE'}
          path={`${path}.where`}
        />
      </div>
    </>
  );
}
