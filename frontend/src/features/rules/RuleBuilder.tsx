import { PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Select, Skeleton } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { faultOf } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { checkRule, type RuleProblem } from './checkRule';
import { GroupEditor } from './GroupEditor';
import { ProblemsAt } from './ProblemsAt';
import { RuleContext } from './RuleContext';
import styles from './rules.module.css';
import { buildChain, type Link, leavesOf, printPath, readChain } from './ruleTree';
import { JOIN_OPS, type Join, LIMITS } from './ruleTypes';
import { ruleSentence } from './sentence';
import { useCatalogue } from './useCatalogue';

interface RuleBuilderProps {
  value: Join;
  onChange: (value: Join) => void;
  /** What the server found wrong, by the builder's paths. */
  problems?: readonly RuleProblem[];
  /** Whether what is missing is shown as wrong: after the first try to save or to estimate. */
  isStrict?: boolean;
  /** Segments that may not be chosen: the one that the rule belongs to. */
  without?: readonly string[];
}

const NOTHING: readonly never[] = [];
/** These are mistakes; all else that checkRule finds is merely not filled in yet. */
const UNFINISHED = ['REQUIRED', 'EMPTY_GROUP', 'TOO_FEW'];

/** Builds a rule by clicking: groups in a chain, conditions in groups, the sentence below. */
export function RuleBuilder({
  value,
  onChange,
  problems = NOTHING,
  isStrict = false,
  without = NOTHING,
}: RuleBuilderProps) {
  const { t } = useTranslation('rules');
  const { ofFault } = useFaultWords();
  const { catalogue, error, retry } = useCatalogue();
  const own = useMemo(() => checkRule(value, catalogue), [value, catalogue]);
  const shown = useMemo(
    () => [
      ...own.filter(({ rule }) => isStrict || !UNFINISHED.includes(rule)),
      ...problems.filter(({ path }) => !own.some((one) => one.path === path)),
    ],
    [own, problems, isStrict],
  );

  if (!catalogue) {
    return error ? (
      <Alert
        type="error"
        showIcon
        title={t('builder.failed')}
        description={ofFault(faultOf(error))}
        action={<Button onClick={retry}>{t('estimate.again')}</Button>}
      />
    ) : (
      <Skeleton active aria-label={t('builder.loading')} />
    );
  }

  const links = readChain(value);
  const leaves = leavesOf(value).length;
  const unfinished = own.filter(({ rule }) => UNFINISHED.includes(rule)).length;

  function setLink(index: number, change: Partial<Link> | null) {
    onChange(
      buildChain(
        links.flatMap((link, at) =>
          at !== index ? [link] : change === null ? [] : [{ ...link, ...change }],
        ),
      ),
    );
  }
  function addGroup(group: Join = { op: 'AND', nodes: [] }) {
    onChange(buildChain([...links, { join: links.at(-1)?.join ?? 'AND', group }]));
  }

  return (
    <RuleContext value={{ catalogue, problems: shown, without }}>
      <section aria-label={t('builder.name')} className={styles.builder}>
        {links.map(({ join, group, path }, index) => (
          <div key={printPath(path)} className={styles.builder}>
            {index > 0 && (
              <div className={styles.joint}>
                <Select
                  aria-label={`${t('builder.joinGroups')} ${index + 1}`}
                  size="small"
                  value={join}
                  onChange={(next) => setLink(index, { join: next })}
                  popupMatchSelectWidth={false}
                  options={JOIN_OPS.map((op) => ({ value: op, label: t(`join.${op}`) }))}
                />
                {links.length > 2 && index === 1 && (
                  <span className="secondary">{t('builder.order')}</span>
                )}
              </div>
            )}
            <GroupEditor
              group={group}
              onChange={(next) => setLink(index, next ? { group: next } : null)}
              onCopy={() => addGroup(structuredClone(group))}
              path={printPath(path)}
              number={`${index + 1}`}
              level={2}
              isExcluded={index > 0 && join === 'EXCLUDE'}
            />
          </div>
        ))}
        <ProblemsAt path="" />
        <div className={styles.foot}>
          <Button icon={<PlusOutlined aria-hidden />} onClick={() => addGroup()}>
            {t('builder.addGroup')}
          </Button>
          <span className="secondary">
            {t('builder.count', { count: leaves, limit: LIMITS.leaves })}
          </span>
          {unfinished > 0 && (
            <span role="status" className="secondary">
              {t('builder.unfinished', { count: unfinished })}
            </span>
          )}
        </div>
        <div className={styles.sentence}>
          <span className={styles.sentenceLabel}>{t('builder.sentence')}</span>
          <span className={styles.sentenceText} data-testid="sentence">
            {leaves === 0 ? t('builder.empty') : ruleSentence(value, t, catalogue)}
          </span>
        </div>
      </section>
    </RuleContext>
  );
}
