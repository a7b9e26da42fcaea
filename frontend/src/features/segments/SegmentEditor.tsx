import { App, Card, Form, Input, Radio, Select, Skeleton, Switch, TimePicker } from 'antd';
import dayjs from 'dayjs';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { checkRule, type RuleProblem } from '@/features/rules/checkRule';
import { EstimatePanel } from '@/features/rules/EstimatePanel';
import { isEmptyRule, readPath, ruleInput } from '@/features/rules/ruleTree';
import type { Join } from '@/features/rules/ruleTypes';
import { useCan, useSession } from '@/features/session/session';
import type { Fault } from '@/shared/graphql/errors';
import { graphql } from '@/shared/graphql/graphql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { useTime } from '@/shared/time/TimeContext';
import { RoleSelect } from './RoleSelect';
import { SubjectSelect } from './SubjectSelect';
import { DESCRIPTION_MAX, NAME_MAX, type SegmentForm, toSegmentInput } from './segmentForm';
import { CreateSegment, UpdateSegment } from './segmentQueries';
import { UPDATE_MODES } from './segmentSearch';

const RuleBuilder = lazy(async () => ({
  default: (await import('@/features/rules/RuleBuilder')).RuleBuilder,
}));

const ChannelsQuery = graphql(`
  query SegmentChannels {
    channels(first: 200) { edges { node { id name } } }
  }
`);

interface SegmentEditorProps {
  /** Of the segment that is changed; null makes a new one. */
  id: string | null;
  initial: SegmentForm;
  initialRule: Join;
  onSaved: (segment: { id: string; name: string }) => void;
  onDirty?: () => void;
  /** Buttons and the like round the saving one. */
  footer: (save: { submit: () => void; busy: boolean }) => ReactNode;
}

/** A segment as a form: what it is called, whom it selects, when it is computed, who sees it. */
export function SegmentEditor({
  id,
  initial,
  initialRule,
  onSaved,
  onDirty,
  footer,
}: SegmentEditorProps) {
  const { t } = useTranslation('segments');
  const { t: tr } = useTranslation('rules');
  const { message } = App.useApp();
  const { me } = useSession();
  const time = useTime();
  const can = useCan();
  const words = useFieldWords('segments');
  const [form] = Form.useForm<SegmentForm>();
  const [rule, setRule] = useState(initialRule);
  const [isStrict, setIsStrict] = useState(false);
  const [problems, setProblems] = useState<RuleProblem[]>([]);
  const [ruleError, setRuleError] = useState('');
  const channelId = Form.useWatch('channelId', form);
  const updateMode = Form.useWatch('updateMode', form) ?? initial.updateMode;
  const subject = Form.useWatch('subject', form) ?? initial.subject;
  const [{ data: channelData }] = useQuery({
    query: ChannelsQuery,
    pause: !can('channel.wechat_mp.view'),
  });
  const create = useAct(CreateSegment);
  const update = useAct(UpdateSegment);
  const isWhole = !isEmptyRule(rule) && checkRule(rule, null).length === 0;

  function refuse(fault: Fault) {
    const own = fault.fields.filter(({ path }) => !/^(input\.)?rule/.test(path));
    const ofRule = fault.fields.filter(({ path }) => /^(input\.)?rule/.test(path));
    form.setFields(
      own.map((field) => ({
        name: field.path.replace(/^input\./, '') as keyof SegmentForm,
        errors: [words(field)],
      })),
    );
    setProblems(ofRule.map((field) => ({ ...field, path: readPath(rule, field.path) })));
    const [whole] = ofRule.filter(({ path }) => /^(input\.)?rule$/.test(path));
    setRuleError(whole ? words(whole) : '');
    if (fault.fields.length === 0) create.tell(fault);
  }

  async function save(values: SegmentForm) {
    setIsStrict(true);
    if (isEmptyRule(rule)) {
      setRuleError(t('rule.rule.REQUIRED'));
      return;
    }
    if (!isWhole) {
      setRuleError(t('rule.rule.INCOMPLETE'));
      return;
    }
    const input = toSegmentInput({ ...initial, ...values }, rule, id === null);
    if (id === null) {
      const { data, fault } = await create.act({ input });
      if (fault) {
        refuse(fault);
        return;
      }
      void message.success(t('created'));
      onSaved(data.createSegment);
      return;
    }
    const { data, fault } = await update.act({ id, input });
    if (fault) {
      refuse(fault);
      return;
    }
    void message.success(t('saved'));
    onSaved(data.updateSegment);
  }

  return (
    <Form<SegmentForm>
      form={form}
      name="segment"
      layout="vertical"
      requiredMark
      initialValues={initial}
      scrollToFirstError
      onValuesChange={() => onDirty?.()}
      onFinish={(values) => void save(values)}
      style={{ display: 'grid', gap: 16, gridTemplateColumns: 'minmax(0, 1fr)' }}
    >
      <Card size="small" title={<h2 className="card-title">{t('section.basic')}</h2>}>
        <Form.Item
          name="name"
          label={t('field.name')}
          extra={t('hint.name', { limit: NAME_MAX })}
          rules={[
            { required: true, whitespace: true, message: t('rule.REQUIRED') },
            { max: NAME_MAX, message: t('rule.TOO_LONG', { limit: NAME_MAX }) },
          ]}
          style={{ maxWidth: 560 }}
        >
          <Input autoComplete="off" count={{ show: true, max: NAME_MAX }} />
        </Form.Item>
        <Form.Item
          name="description"
          label={t('field.description')}
          rules={[
            { max: DESCRIPTION_MAX, message: t('rule.TOO_LONG', { limit: DESCRIPTION_MAX }) },
          ]}
          style={{ maxWidth: 760, marginBottom: 0 }}
        >
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} />
        </Form.Item>
        {me.project.multiSubject && (
          <Form.Item
            name="subject"
            label={t('field.subject')}
            style={{ maxWidth: 320, margin: '16px 0 0' }}
          >
            <SubjectSelect disabled={id !== null} />
          </Form.Item>
        )}
      </Card>
      <Card size="small" title={<h2 className="card-title">{t('section.rule')}</h2>}>
        <div style={{ display: 'grid', gap: 16, gridTemplateColumns: 'minmax(0, 1fr)' }}>
          <Suspense fallback={<Skeleton active />}>
            <RuleBuilder
              value={rule}
              onChange={(next) => {
                setRule(next);
                setProblems([]);
                setRuleError('');
                onDirty?.();
              }}
              problems={problems}
              isStrict={isStrict}
              without={id === null ? [] : [id]}
            />
          </Suspense>
          {ruleError && (
            <span role="alert" style={{ color: '#cf1322' }}>
              {ruleError}
            </span>
          )}
          <EstimatePanel
            input={
              isWhole ? { subject, rule: ruleInput(rule), channelId: channelId ?? null } : null
            }
            why={isWhole ? undefined : tr('estimate.unfinished')}
            onAsk={() => setIsStrict(true)}
          />
        </div>
      </Card>
      <Card size="small" title={<h2 className="card-title">{t('section.update')}</h2>}>
        <Form.Item name="updateMode" label={t('field.updateMode')}>
          <Radio.Group
            style={{ display: 'grid', gap: 8 }}
            options={UPDATE_MODES.map((value) => ({
              value,
              label: (
                <>
                  {t(`mode.${value}`)} <span className="secondary">{t(`modeText.${value}`)}</span>
                </>
              ),
            }))}
          />
        </Form.Item>
        {updateMode === 'DAILY' && (
          <Form.Item
            name="dailyAt"
            label={t('field.dailyAt')}
            extra={t('hint.dailyAt', { zone: time.zone })}
            getValueProps={(at: string) => ({ value: at ? dayjs(at, 'HH:mm') : null })}
            getValueFromEvent={(at: dayjs.Dayjs | null) => at?.format('HH:mm') ?? ''}
            rules={[{ required: true, message: t('rule.REQUIRED') }]}
          >
            <TimePicker format="HH:mm" allowClear={false} needConfirm={false} />
          </Form.Item>
        )}
        <Form.Item
          name="listed"
          label={t('field.listed')}
          valuePropName="checked"
          extra={t('hint.listed')}
        >
          <Switch />
        </Form.Item>
        <Form.Item
          name="roles"
          label={t('field.roles')}
          extra={t('hint.roles')}
          style={{ maxWidth: 480 }}
        >
          <RoleSelect />
        </Form.Item>
        {can('channel.wechat_mp.view') && (
          <Form.Item
            name="channelId"
            label={t('field.channelId')}
            extra={t('hint.channelId')}
            getValueFromEvent={(value: string | undefined) => value ?? null}
            style={{ maxWidth: 480, marginBottom: 0 }}
          >
            <Select
              allowClear
              placeholder={t('hint.channelPlaceholder')}
              options={nodesOf(channelData?.channels).map((channel) => ({
                value: channel.id,
                label: channel.name,
              }))}
            />
          </Form.Item>
        )}
      </Card>
      {footer({ submit: () => form.submit(), busy: create.busy || update.busy })}
    </Form>
  );
}
