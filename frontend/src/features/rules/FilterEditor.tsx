import { DeleteOutlined, FilterOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { EnumOf } from '@/shared/graphql/graphql';
import { byName, type Source } from './catalogue';
import { FieldSelect } from './FieldSelect';
import { firstTest } from './operators';
import { ProblemsAt } from './ProblemsAt';
import styles from './rules.module.css';
import { replaceAt } from './ruleTree';
import { type Filter, type FilterJoin, LIMITS, type PropertyFilter } from './ruleTypes';
import { TestEditor } from './TestEditor';

interface FilterEditorProps {
  filter: Filter | undefined;
  onChange: (filter: FilterJoin | undefined) => void;
  source: Source | undefined;
  owner: EnumOf<'PropertyOwner'>;
  path: string;
}

/** What the properties of an event, or the columns of a row, must be; at most ten (spec §9.2). */
export function FilterEditor({ filter, onChange, source, owner, path }: FilterEditorProps) {
  const { t } = useTranslation('rules');
  const join: FilterJoin =
    filter === undefined
      ? { op: 'AND', nodes: [] }
      : filter.op === 'PROPERTY'
        ? { op: 'AND', nodes: [filter] }
        : filter;
  const fields = (source?.fields ?? []).filter(({ enabled, type }) => enabled && type !== 'OBJECT');

  function setNode(index: number, node: Filter | null) {
    const nodes = replaceAt(join.nodes, index, node);
    onChange(nodes.length === 0 ? undefined : { ...join, nodes });
  }

  return (
    <>
      {join.nodes.length > 0 && (
        <div className={styles.filters}>
          {join.nodes.length > 1 && (
            <span className={styles.line}>
              <span className={styles.between}>{t('builder.matches')}</span>
              <Select
                aria-label={t('control.filterJoin')}
                size="small"
                value={join.op}
                onChange={(op) => onChange({ ...join, op })}
                popupMatchSelectWidth={false}
                options={[
                  { value: 'AND' as const, label: t('builder.all') },
                  { value: 'OR' as const, label: t('builder.any') },
                ]}
              />
            </span>
          )}
          {join.nodes.map((node, index) => {
            const place = `${path}.nodes.${index}`;
            return node.op === 'PROPERTY' ? (
              <PropertyRow
                key={place}
                node={node}
                onChange={(next) => setNode(index, next)}
                number={index + 1}
                source={source}
                owner={owner}
                path={place}
              />
            ) : (
              <FilterEditor
                key={place}
                filter={node}
                onChange={(next) => setNode(index, next ?? null)}
                source={source}
                owner={owner}
                path={place}
              />
            );
          })}
        </div>
      )}
      <ProblemsAt path={path} />
      <div>
        <Button
          type="link"
          size="small"
          icon={<FilterOutlined aria-hidden />}
          disabled={fields.length === 0 || join.nodes.length >= LIMITS.filters}
          style={{ paddingInline: 0 }}
          onClick={() =>
            onChange({
              ...join,
              nodes: [
                ...join.nodes,
                {
                  op: 'PROPERTY',
                  name: fields[0]?.name ?? '',
                  test: firstTest(fields[0]?.type ?? 'TEXT'),
                },
              ],
            })
          }
        >
          {t('builder.addFilter')}
        </Button>
      </div>
    </>
  );
}

interface PropertyRowProps {
  node: PropertyFilter;
  onChange: (node: PropertyFilter | null) => void;
  number: number;
  source: Source | undefined;
  owner: EnumOf<'PropertyOwner'>;
  path: string;
}

function PropertyRow({ node, onChange, number, source, owner, path }: PropertyRowProps) {
  const { t } = useTranslation('rules');
  const fields = source?.fields ?? [];
  const field = byName(fields, node.name);
  return (
    <fieldset
      aria-label={t('builder.filter', { number })}
      className={`${styles.row} ${styles.plain}`}
    >
      <div className={styles.rowMain}>
        <span className={styles.line}>
          <FieldSelect
            label={t('control.property')}
            fields={fields}
            value={node.name}
            onChange={(name) => {
              const next = byName(fields, name);
              onChange({
                ...node,
                name,
                test: next?.type === field?.type ? node.test : firstTest(next?.type ?? 'TEXT'),
              });
            }}
          />
          <TestEditor
            test={node.test}
            onChange={(test) => onChange({ ...node, test })}
            type={field?.type ?? 'TEXT'}
            source={{ owner, ownerId: source?.id ?? null, name: node.name }}
            path={`${path}.test`}
          />
        </span>
        <ProblemsAt path={path} />
      </div>
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined aria-hidden />}
        aria-label={t('builder.removeFilter', { number })}
        onClick={() => onChange(null)}
      />
    </fieldset>
  );
}
