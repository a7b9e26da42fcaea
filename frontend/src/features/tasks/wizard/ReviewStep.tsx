import { Alert, Descriptions, Flex, Skeleton, Tag, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { CampaignGroupsQuery } from '@/features/campaigns/CampaignGroups';
import { MessageGroupsQuery } from '@/features/groups/GroupNode';
import { pathOf } from '@/features/groups/groupTree';
import { MessageCard } from '@/features/messages/MessageCard';
import { RuleSentence } from '@/features/rules/RuleSentence';
import { ruleInput } from '@/features/rules/ruleTree';
import { checkCycle } from '@/features/schedule/checkSchedule';
import { isTriggered } from '@/features/schedule/scheduleTypes';
import { asStored } from '@/features/schedule/triggerForm';
import { useSchedulePreview, useTriggerPreview } from '@/features/schedule/usePreview';
import { useScheduleItems } from '@/features/schedule/useScheduleItems';
import { useUpload } from '@/features/uploads/useUpload';
import type { ResultOf } from '@/shared/graphql/graphql';
import { useTime } from '@/shared/time/TimeContext';
import type { CheckDraft } from './checkDraft';
import { useReasonWords } from './useReasonWords';
import { ApplicationsQuery, WizardChannelsQuery } from './WizardChannels';
import { useWizard } from './WizardContext';
import { useWizardSegment } from './WizardSegment';

type Check = ResultOf<typeof CheckDraft>['checkTask'];

/** The whole task once more, with the first recipients' messages as the server would send them. */
export function ReviewStep({ check }: { check: Check | null }) {
  const { t } = useTranslation('wizard');
  return (
    <Flex vertical gap="large">
      {check?.ok && <Alert type="success" showIcon title={t('review.ok')} />}
      <Summary />
      <section aria-label={t('review.samples')}>
        <Typography.Title level={2} style={{ fontSize: 16 }}>
          {t('review.samples')}
        </Typography.Title>
        {check ? <Samples samples={check.samples} /> : <Skeleton active />}
      </section>
    </Flex>
  );
}

function Samples({ samples }: { samples: Check['samples'] }) {
  const { t } = useTranslation('wizard');
  const { template, values } = useWizard();
  const reasonWords = useReasonWords();
  if (samples.length === 0)
    return <Typography.Text type="secondary">{t('review.noSamples')}</Typography.Text>;
  return (
    <Flex gap="middle" wrap>
      {samples.map((sample) => (
        <div key={sample.target} style={{ width: 300 }}>
          <Typography.Paragraph type="secondary" ellipsis style={{ marginBottom: 4 }}>
            {t('review.to', { target: sample.target })}
          </Typography.Paragraph>
          {sample.reason ? (
            <Alert
              type="warning"
              showIcon
              title={t('review.notSent')}
              description={reasonWords(sample.reason)}
            />
          ) : (
            <MessageCard
              from={t('review.miniProgram')}
              title={template?.title ?? ''}
              lines={sample.content}
              action={
                values.openMode === null || values.openMode === 'NONE'
                  ? undefined
                  : t(`open.action.${values.openMode}`)
              }
            />
          )}
        </div>
      ))}
    </Flex>
  );
}

function Summary() {
  const { t } = useTranslation('wizard');
  const { values, template } = useWizard();
  const time = useTime();
  const { t: ts } = useTranslation('segments');
  const { t: tCommon } = useTranslation();
  const { upload } = useUpload(values.uploadId);
  const segment = useWizardSegment(values.audienceMode === 'SEGMENT' ? values.segmentId : null);
  const [{ data: groupData }] = useQuery({ query: MessageGroupsQuery });
  const [{ data: campaignData }] = useQuery({ query: CampaignGroupsQuery });
  const [{ data: channelData }] = useQuery({ query: WizardChannelsQuery });
  const [{ data: applicationData }] = useQuery({ query: ApplicationsQuery });

  const groups = groupData?.messageGroups ?? [];
  const campaigns = (campaignData?.campaignGroups.edges ?? []).flatMap((edge) =>
    (edge?.node?.campaigns ?? []).map(({ id, name }) => ({
      id,
      name: `${edge?.node?.name} / ${name}`,
    })),
  );
  const nameOf = (
    list: readonly { id: string; name: string }[],
    id: string | null,
    isLoaded: boolean,
  ) =>
    list.find((item) => item.id === id)?.name ??
    (id && !isLoaded ? tCommon('state.loading') : t('review.none'));
  const nodes = <Node,>(edges: readonly ({ node: Node | null } | null)[] | null | undefined) =>
    (edges ?? []).flatMap((edge) => (edge?.node ? [edge.node] : []));

  const schedule = useSchedule();
  const hasSegment = values.audienceMode === 'RULE' || values.audienceMode === 'SEGMENT';
  const audience = [
    ...(values.audienceMode === 'RULE'
      ? ([
          { key: 'rule', span: 2, children: <RuleSentence rule={ruleInput(values.rule)} /> },
          { key: 'listed', children: <OnOff on={values.listed} /> },
          {
            key: 'segmentRoles',
            children:
              values.segmentRoles.map((role) => ts(`role.${role}`)).join(' / ') ||
              ts('page.everybody'),
          },
        ] as const)
      : []),
    ...(values.audienceMode === 'SEGMENT'
      ? ([
          {
            key: 'segmentId',
            span: 2,
            children: segment ? (
              <Flex vertical>
                <span>{segment.name}</span>
                <span className="secondary">
                  <RuleSentence rule={segment.rule} />
                </span>
              </Flex>
            ) : (
              t('review.none')
            ),
          },
        ] as const)
      : []),
    ...(hasSegment && segment?.updateMode !== 'DAILY' && !isTriggered(values.type)
      ? ([
          { key: 'refresh', children: <OnOff on={values.refreshBefore} /> },
          ...(values.refreshBefore
            ? ([
                { key: 'refreshFailure', children: t(`refreshFailure.${values.refreshFailure}`) },
              ] as const)
            : []),
        ] as const)
      : []),
  ];

  const before = [
    { key: 'name', children: values.name },
    { key: 'method', children: t('method.WECHAT_SUBSCRIPTION') },
    {
      key: 'groupIds',
      children:
        values.groupIds.map((id) => pathOf(id, groups).join(' / ')).join('; ') || t('review.none'),
    },
    {
      key: 'campaignId',
      children: nameOf(campaigns, values.campaignId, campaignData !== undefined),
    },
    {
      key: 'applicationId',
      children: nameOf(
        nodes(applicationData?.applications.edges),
        values.applicationId,
        applicationData !== undefined,
      ),
    },
    {
      key: 'audienceMode',
      children:
        values.audienceMode === 'UPLOAD' && upload
          ? t('review.upload', { name: upload.fileName, valid: upload.valid })
          : t(`audience.${values.audienceMode}`),
    },
    ...audience,
    { key: 'supplementary', children: t('review.people', { count: values.supplementary.length }) },
    {
      key: 'type',
      children: t(`trigger.${values.type}`),
      ...(values.type === 'ONCE' ? {} : { span: 'filled' as const }),
    },
    ...(values.type === 'ONCE'
      ? ([{ key: 'reachAt', children: `${time.minute(values.reachAt)} (${time.zone})` }] as const)
      : []),
  ] as const;
  const after = [
    ...(isTriggered(values.type)
      ? []
      : ([{ key: 'approvalTimeout', children: t(`timeout.${values.approvalTimeout}`) }] as const)),
    {
      key: 'channelId',
      children: nameOf(
        nodes(channelData?.channels.edges),
        values.channelId,
        channelData !== undefined,
      ),
    },
    { key: 'messageClass', children: t(`class.${values.messageClass}`) },
    { key: 'templateId', children: template?.title ?? t('review.none') },
    {
      key: 'openMode',
      children: values.openMode
        ? [
            t(`open.${values.openMode}`),
            values.openMode === 'H5'
              ? values.openUrl
              : values.openMode === 'MINI_PROGRAM'
                ? values.openPath
                : '',
          ]
            .filter(Boolean)
            .join(' · ')
        : t('review.none'),
    },
    { key: 'resendUnconfirmed', children: <OnOff on={values.resendUnconfirmed} /> },
  ] as const;

  const labelled = <Item extends (typeof before)[number] | (typeof after)[number]>(item: Item) => ({
    ...item,
    label: t(`field.${item.key}`),
  });
  return (
    <Descriptions
      bordered
      size="small"
      column={{ xs: 1, sm: 1, md: 1, lg: 2, xl: 2, xxl: 2 }}
      items={[...before.map(labelled), ...schedule, ...after.map(labelled)]}
    />
  );
}

/** The cycle or the trigger as the task page will show it, with what the server makes of it. */
function useSchedule() {
  const { values, facts } = useWizard();
  const { type, cycle, trigger, endsAt } = values;
  const isRepeating = type === 'REPEAT' && checkCycle(cycle, facts.now).length === 0;
  const points = useSchedulePreview(cycle, isRepeating).answer;
  const hasWindow = isTriggered(type) && trigger.a.from !== null && trigger.a.to !== null;
  const preview = useTriggerPreview({ type, form: trigger, endsAt }, hasWindow).answer;
  return useScheduleItems({
    type,
    cycle,
    trigger: asStored(trigger, type),
    endsAt: endsAt ?? preview?.defaultEnd ?? null,
    points: points?.points ?? null,
    ...(points ? { total: points.total } : {}),
    example: preview?.example ?? null,
  });
}

function OnOff({ on }: { on: boolean }) {
  const { t } = useTranslation('wizard');
  return <Tag color={on ? 'blue' : 'default'}>{t(on ? 'review.on' : 'review.off')}</Tag>;
}
