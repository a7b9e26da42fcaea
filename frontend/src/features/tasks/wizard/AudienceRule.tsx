import { Link } from '@tanstack/react-router';
import { Flex, Form, Skeleton, Switch } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { checkRule } from '@/features/rules/checkRule';
import { EstimatePanel } from '@/features/rules/EstimatePanel';
import { isEmptyRule, readPath, ruleInput } from '@/features/rules/ruleTree';
import type { Join } from '@/features/rules/ruleTypes';
import { RoleSelect } from '@/features/segments/RoleSelect';
import { useCan } from '@/features/session/session';
import { useWizard } from './WizardContext';

const RuleBuilder = lazy(async () => ({
  default: (await import('@/features/rules/RuleBuilder')).RuleBuilder,
}));

/** 标签与行为圈选: the rule, how many it selects, and the segment that is made of it (R24–R33). */
export function AudienceRule() {
  const { t } = useTranslation('wizard');
  const { t: tr } = useTranslation('rules');
  const can = useCan();
  const { values, rules } = useWizard();
  const [hasAsked, setHasAsked] = useState(false);
  const { rule, channelId, templateId, subject } = values;
  const isWhole = !isEmptyRule(rule) && checkRule(rule, null).length === 0;
  return (
    <>
      <Form.Item label={t('field.rule')} required>
        <Form.Item name="rule" noStyle rules={rules('rule')}>
          <RuleField isStrict={hasAsked} />
        </Form.Item>
      </Form.Item>
      <Form.Item label={t('audience.estimate')}>
        <EstimatePanel
          input={
            isWhole && channelId !== null
              ? { subject, rule: ruleInput(rule), channelId, templateId }
              : null
          }
          why={
            channelId === null
              ? tr('estimate.needsChannel')
              : isWhole
                ? undefined
                : tr('estimate.unfinished')
          }
          onAsk={() => setHasAsked(true)}
        />
      </Form.Item>
      <Form.Item
        label={t('field.listed')}
        extra={
          <Flex gap="small" align="center" wrap>
            {t('audience.listedHint')}
            {can('settings.segment_sync_default') && (
              <Link to="/settings" target="_blank">
                {t('audience.listedDefault')}
              </Link>
            )}
          </Flex>
        }
      >
        <Form.Item name="listed" noStyle valuePropName="checked" rules={rules('listed')}>
          <Switch aria-label={t('field.listed')} />
        </Form.Item>
      </Form.Item>
      <Form.Item
        name="segmentRoles"
        label={t('field.segmentRoles')}
        extra={t('audience.rolesHint')}
        rules={rules('segmentRoles')}
        style={{ maxWidth: 480 }}
      >
        <RoleSelect />
      </Form.Item>
    </>
  );
}

interface RuleFieldProps {
  value?: Join;
  onChange?: (rule: Join) => void;
  isStrict: boolean;
}

/** The builder as a field of the form, with the server's problems at their nodes. */
function RuleField({ value, onChange, isStrict: hasAsked }: RuleFieldProps) {
  const { values, problems, isStrict } = useWizard();
  const rule = value ?? values.rule;
  const found = problems
    .filter(({ path }) => /^(input\.)?rule\./.test(path))
    .map((problem) => ({ ...problem, path: readPath(rule, problem.path) }));
  return (
    <Suspense fallback={<Skeleton active />}>
      <RuleBuilder
        value={rule}
        onChange={(next) => onChange?.(next)}
        problems={found}
        isStrict={isStrict || hasAsked}
      />
    </Suspense>
  );
}
