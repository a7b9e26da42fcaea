import { CopyOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConditionPicker } from './ConditionPicker';
import { LeafEditor } from './LeafEditor';
import { ProblemsAt } from './ProblemsAt';
import { useProblemsAt } from './RuleContext';
import styles from './rules.module.css';
import { replaceAt } from './ruleTree';
import { isJoin, type Join, type JoinOp, type Leaf, LIMITS, type RuleNode } from './ruleTypes';

interface GroupEditorProps {
  group: Join;
  /** null removes it. */
  onChange: (group: Join | null) => void;
  /** Beside the one that stays, when the group is the chain's. */
  onCopy?: () => void;
  path: string;
  /** As it is called: "1", or "1.2" within 1. */
  number: string;
  /** How deep it stands; the chain is 1. */
  level: number;
  isExcluded?: boolean;
}

/** Conditions, and groups of conditions, that hold all together or any of them. */
export function GroupEditor({
  group,
  onChange,
  onCopy,
  path,
  number,
  level,
  isExcluded = false,
}: GroupEditorProps) {
  const { t } = useTranslation('rules');
  const [isPicking, setIsPicking] = useState(false);
  const isNested = level > 2;
  const title = isNested ? t('builder.nested') : t('builder.group', { number });

  function add(node: RuleNode) {
    onChange({ ...group, nodes: [...group.nodes, node] });
  }
  function setNode(index: number, node: RuleNode | null) {
    onChange({ ...group, nodes: replaceAt(group.nodes, index, node) });
  }

  const joins: { value: JoinOp; label: string }[] = [
    { value: 'AND', label: t('builder.all') },
    { value: 'OR', label: t('builder.any') },
    // Not offered, but a rule from elsewhere may have it.
    ...(group.op === 'EXCLUDE' ? [{ value: 'EXCLUDE' as const, label: t('builder.except') }] : []),
  ];

  return (
    <section
      aria-label={isNested ? `${title} ${number}` : title}
      className={`${styles.group} ${isNested ? styles.nested : ''} ${isExcluded ? styles.excluded : ''}`}
    >
      <div className={styles.groupHead}>
        <span className={styles.groupTitle}>{title}</span>
        <span className={styles.between}>{t('builder.matches')}</span>
        <Select
          aria-label={`${title} ${t('builder.matches')}`}
          size="small"
          value={group.op}
          onChange={(op) => onChange({ ...group, op })}
          popupMatchSelectWidth={false}
          options={joins}
        />
        <span className={styles.grow} />
        {onCopy && group.nodes.length > 0 && (
          <Button
            type="text"
            size="small"
            icon={<CopyOutlined aria-hidden />}
            aria-label={t('builder.copyGroup', { number })}
            title={t('builder.copyGroup', { number })}
            onClick={onCopy}
          />
        )}
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={isNested ? t('builder.removeNested') : t('builder.removeGroup', { number })}
          title={isNested ? t('builder.removeNested') : t('builder.removeGroup', { number })}
          onClick={() => onChange(null)}
        />
      </div>
      <div className={styles.groupBody}>
        {group.nodes.length === 0 && <span className="secondary">{t('builder.emptyGroup')}</span>}
        {group.nodes.map((node, index) => {
          const place = path === '' ? `nodes.${index}` : `${path}.nodes.${index}`;
          const own = `${number}.${index + 1}`;
          return isJoin(node) ? (
            <GroupEditor
              key={place}
              group={node}
              onChange={(next) => setNode(index, next)}
              path={place}
              number={own}
              level={level + 1}
            />
          ) : (
            <ConditionRow
              key={place}
              node={node}
              onChange={(next) => setNode(index, next)}
              path={place}
              number={own}
            />
          );
        })}
        <ProblemsAt path={path} />
        <span className={styles.line}>
          <Button
            type="dashed"
            size="small"
            icon={<PlusOutlined aria-hidden />}
            onClick={() => setIsPicking(true)}
          >
            {t('builder.addCondition')}
          </Button>
          {level < LIMITS.levels && group.nodes.length > 0 && (
            <Button
              type="text"
              size="small"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => add({ op: group.op === 'AND' ? 'OR' : 'AND', nodes: [] })}
            >
              {t('builder.addNested')}
            </Button>
          )}
        </span>
      </div>
      {isPicking && (
        <ConditionPicker
          onClose={() => setIsPicking(false)}
          onPick={(leaf) => {
            setIsPicking(false);
            add(leaf);
          }}
        />
      )}
    </section>
  );
}

interface ConditionRowProps {
  node: Leaf;
  onChange: (node: Leaf | null) => void;
  path: string;
  number: string;
}

function ConditionRow({ node, onChange, path, number }: ConditionRowProps) {
  const { t } = useTranslation('rules');
  const isWrong = useProblemsAt(path).length > 0;
  return (
    <fieldset
      aria-label={t('builder.condition', { number })}
      className={`${styles.leaf} ${isWrong ? styles.wrong : ''}`}
    >
      <div className={styles.row}>
        <div className={styles.rowMain}>
          <LeafEditor node={node} onChange={onChange} path={path} />
          <ProblemsAt path={path} />
        </div>
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t('builder.removeCondition', { number })}
          title={t('builder.removeCondition', { number })}
          onClick={() => onChange(null)}
        />
      </div>
    </fieldset>
  );
}
