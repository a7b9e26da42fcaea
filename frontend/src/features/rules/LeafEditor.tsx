import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { BehaviourEditor } from './BehaviourEditor';
import { byName } from './catalogue';
import { FieldSelect, NamedSelect } from './FieldSelect';
import { firstTest } from './operators';
import { useRuleContext } from './RuleContext';
import styles from './rules.module.css';
import type { IdentityNode, Leaf, SegmentNode, ValueNode } from './ruleTypes';
import { SequenceEditor } from './SequenceEditor';
import { TestEditor } from './TestEditor';

export interface LeafProps<Node extends Leaf> {
  node: Node;
  onChange: (node: Leaf) => void;
  path: string;
}

/** One condition, whatever its kind. */
export function LeafEditor({ node, onChange, path }: LeafProps<Leaf>) {
  switch (node.op) {
    case 'ATTRIBUTE':
    case 'TAG':
      return <ValueEditor node={node} onChange={onChange} path={path} />;
    case 'EVENT':
    case 'ROWS':
      return <BehaviourEditor node={node} onChange={onChange} path={path} />;
    case 'SEQUENCE':
      return <SequenceEditor node={node} onChange={onChange} path={path} />;
    case 'SEGMENT':
      return <SegmentEditor node={node} onChange={onChange} path={path} />;
    case 'IDENTITY':
      return <IdentityEditor node={node} onChange={onChange} path={path} />;
  }
}

function ValueEditor({ node, onChange, path }: LeafProps<ValueNode>) {
  const { t } = useTranslation('rules');
  const { catalogue } = useRuleContext();
  const fields = node.op === 'TAG' ? catalogue.tags : catalogue.attributes;
  const field = byName(fields, node.name);
  return (
    <span className={styles.line}>
      <span className={styles.kind}>{t(`kind.${node.op}`)}</span>
      <FieldSelect
        label={t(node.op === 'TAG' ? 'control.tag' : 'control.attribute')}
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
        source={{ owner: node.op, ownerId: null, name: node.name }}
        path={`${path}.test`}
      />
    </span>
  );
}

function SegmentEditor({ node, onChange }: LeafProps<SegmentNode>) {
  const { t } = useTranslation('rules');
  const { catalogue, without } = useRuleContext();
  return (
    <span className={styles.line}>
      <span className={styles.kind}>{t('kind.SEGMENT')}</span>
      <YesNo
        label={t('kind.SEGMENT')}
        value={node.in}
        onChange={(isIn) => onChange({ ...node, in: isIn })}
        words={[t('inSegment.true'), t('inSegment.false')]}
      />
      <NamedSelect
        label={t('control.segment')}
        named={catalogue.segments.filter(({ key }) => !without.includes(key))}
        value={node.segment}
        onChange={(segment) => onChange({ ...node, segment })}
      />
    </span>
  );
}

function IdentityEditor({ node, onChange }: LeafProps<IdentityNode>) {
  const { t } = useTranslation('rules');
  const { catalogue } = useRuleContext();
  return (
    <span className={styles.line}>
      <span className={styles.kind}>{t('kind.IDENTITY')}</span>
      <NamedSelect
        label={t('control.idType')}
        named={catalogue.idTypes}
        value={node.idType}
        onChange={(idType) => onChange({ ...node, idType })}
      />
      <YesNo
        label={t('kind.IDENTITY')}
        value={node.has}
        onChange={(has) => onChange({ ...node, has })}
        words={[t('hasId.true'), t('hasId.false')]}
      />
    </span>
  );
}

interface YesNoProps {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
  words: readonly [yes: string, no: string];
}

/** One of two opposites, in their own words. */
export function YesNo({ label, value, onChange, words }: YesNoProps) {
  return (
    <Select
      aria-label={label}
      value={value ? 'yes' : 'no'}
      onChange={(next) => onChange(next === 'yes')}
      popupMatchSelectWidth={false}
      style={{ minWidth: 108 }}
      options={[
        { value: 'yes', label: words[0] },
        { value: 'no', label: words[1] },
      ]}
    />
  );
}
