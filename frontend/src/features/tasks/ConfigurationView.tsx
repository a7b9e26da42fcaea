import { Link } from '@tanstack/react-router';
import { Card, Descriptions, type DescriptionsProps, Flex, Tag, Typography } from 'antd';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { RuleSentence } from '@/features/rules/RuleSentence';
import { isTriggered } from '@/features/schedule/scheduleTypes';
import { useScheduleItems } from '@/features/schedule/useScheduleItems';
import { useTime } from '@/shared/time/TimeContext';
import { MessageCard } from './MessageCard';
import type { TaskConfigurationData } from './TaskConfiguration';

const NOTHING = '--';

/** `{{attr.nickname|friend}}` stands out from the fixed text round it. */
function WithVariables({ text }: { text: string }) {
  const parts = text.split(/(\{\{[^}]*\}\})/).map((part, index) => ({ part, key: `${index}` }));
  return parts.map(({ part, key }) =>
    part.startsWith('{{') ? (
      <Tag key={key} color="blue" style={{ margin: 0 }}>
        {part.slice(2, -2)}
      </Tag>
    ) : (
      <Fragment key={key}>{part}</Fragment>
    ),
  );
}

interface ConfigurationViewProps {
  task: TaskConfigurationData;
  /** Fewer where the view shares the page with something else. */
  columns?: 1 | 2;
}

/** All steps of a task, read only: for its page, and for who approves it. */
export function ConfigurationView({ task, columns = 2 }: ConfigurationViewProps) {
  const { t } = useTranslation('tasks');
  const { t: ts } = useTranslation('schedule');
  const time = useTime();
  const { upload, template, channel } = task;
  const schedule = useScheduleItems({ ...task, points: task.comingPoints });
  const labels = new Map(template?.fields.map(({ key, label }) => [key, label]));
  const params = task.content.params;

  const basics: DescriptionsProps['items'] = [
    { key: 'name', label: t('config.name'), children: task.name },
    { key: 'method', label: t('config.method'), children: t(`method.${task.method}`) },
    {
      key: 'groups',
      label: t('config.groups'),
      children: task.groups.map(({ name }) => name).join(t('config.and')) || NOTHING,
    },
    { key: 'campaign', label: t('config.campaign'), children: task.campaign?.name ?? NOTHING },
    {
      key: 'application',
      label: t('config.application'),
      children: task.application?.name ?? NOTHING,
    },
  ];
  const audience: DescriptionsProps['items'] = [
    {
      key: 'mode',
      label: t('config.audienceMode'),
      children: t(`audience.${task.audienceMode}`),
      // The rule begins in a line of its own.
      ...(task.audienceMode === 'RULE' ? { span: 'filled' as const } : {}),
    },
    ...(task.audienceMode === 'RULE'
      ? [
          {
            key: 'rule',
            label: t('config.rule'),
            span: columns,
            children: <RuleSentence rule={task.rule} />,
          },
          {
            key: 'listed',
            label: t('config.listed'),
            children: t(task.listed ? 'config.on' : 'config.off'),
          },
          {
            key: 'roles',
            label: t('config.segmentRoles'),
            children: task.segmentRoles?.length
              ? task.segmentRoles
                  .map((role) => t(`role.${role as 'MARKETER'}`))
                  .join(t('config.and'))
              : t('config.everybody'),
          },
        ]
      : []),
    ...((task.audienceMode === 'RULE' || task.audienceMode === 'SEGMENT') && task.segment
      ? [
          {
            key: 'segment',
            label: t('config.segment'),
            children: (
              <Flex gap="small" wrap>
                <Link to="/segments/$id" params={{ id: task.segment.id }}>
                  {task.segment.name}
                </Link>
                <span className="secondary">
                  {task.segment.computedAt
                    ? t('config.segmentSize', {
                        count: task.segment.size,
                        at: time.minute(task.segment.computedAt),
                      })
                    : t('config.segmentNone')}
                </span>
              </Flex>
            ),
          },
          ...(task.audienceMode === 'SEGMENT'
            ? [
                {
                  key: 'rule',
                  label: t('config.rule'),
                  span: columns,
                  children: <RuleSentence rule={task.segment.rule} />,
                },
              ]
            : []),
        ]
      : []),
    ...(upload && task.audienceMode === 'UPLOAD'
      ? [
          { key: 'file', label: t('config.file'), children: upload.fileName },
          {
            key: 'counts',
            label: t('config.counts'),
            children: t('config.countsText', {
              total: upload.total.toLocaleString(),
              valid: upload.valid.toLocaleString(),
              duplicate: upload.duplicate.toLocaleString(),
              invalid: upload.invalid.toLocaleString(),
            }),
          },
          {
            key: 'resolved',
            label: t('config.resolved'),
            children: upload.resolved.toLocaleString(),
          },
        ]
      : []),
    {
      key: 'supplementary',
      label: t('config.supplementary'),
      children: task.supplementary?.length ? (
        <Flex gap={4} wrap>
          {task.supplementary.map((target) => (
            <Tag key={target} className="mono-id" style={{ margin: 0 }}>
              {target}
            </Tag>
          ))}
        </Flex>
      ) : (
        NOTHING
      ),
    },
  ];
  const trigger: DescriptionsProps['items'] = [
    {
      key: 'type',
      label: t('config.type'),
      children: t(`type.${task.type}`),
      ...(task.type === 'ONCE' ? {} : { span: 'filled' as const }),
    },
    ...(task.type === 'ONCE'
      ? [
          {
            key: 'reachAt',
            label: t('config.reachAt'),
            children: task.reachAt ? `${time.minute(task.reachAt)} (${time.zone})` : NOTHING,
          },
        ]
      : []),
    ...schedule,
    ...(isTriggered(task.type)
      ? []
      : [
          {
            key: 'timeout',
            label: t('config.approvalTimeout'),
            children: t(`approvalTimeout.${task.approvalTimeout}`),
          },
        ]),
    ...(isTriggered(task.type) && task.segment
      ? [
          {
            key: 'refresh',
            label: ts('view.refresh'),
            span: columns,
            children:
              task.audienceMode === 'RULE'
                ? ts('trigger.refresh.RULE')
                : ts(`trigger.refresh.${task.segment.updateMode}`, { at: task.segment.dailyAt }),
          },
        ]
      : []),
    ...(!isTriggered(task.type) &&
    (task.audienceMode === 'RULE' || task.audienceMode === 'SEGMENT') &&
    task.segment
      ? task.segment.updateMode === 'DAILY'
        ? [
            {
              key: 'refresh',
              label: t('config.refresh'),
              children: t('config.refreshDaily', { at: task.segment.dailyAt }),
            },
          ]
        : [
            {
              key: 'refresh',
              label: t('config.refresh'),
              children: t(task.refreshBefore ? 'config.on' : 'config.off'),
            },
            ...(task.refreshBefore
              ? [
                  {
                    key: 'refreshFailure',
                    label: t('config.refreshFailure'),
                    children: t(`refreshFailure.${task.refreshFailure}`),
                  },
                ]
              : []),
          ]
      : []),
  ];
  const outreach: DescriptionsProps['items'] = [
    { key: 'channel', label: t('config.channel'), children: channel?.name ?? NOTHING },
    {
      key: 'class',
      label: t('config.messageClass'),
      children: t(`messageClass.${task.messageClass}`),
    },
    {
      key: 'template',
      label: t('config.template'),
      children: template ? (
        <>
          {template.title}{' '}
          {template.removedAt && <Tag color="red">{t('config.templateRemoved')}</Tag>}
        </>
      ) : (
        NOTHING
      ),
    },
    {
      key: 'open',
      label: t('config.openMode'),
      children: task.openMode ? (
        <>
          {t(`openMode.${task.openMode}`)}
          {task.openMode === 'H5' && <Where>{task.openURL}</Where>}
          {task.openMode === 'MINI_PROGRAM' && (
            <Where>{[task.openAppID, task.openPath].filter(Boolean).join(' ')}</Where>
          )}
        </>
      ) : (
        NOTHING
      ),
    },
    {
      key: 'again',
      label: t('config.resendUnconfirmed'),
      children: t(task.resendUnconfirmed ? 'config.on' : 'config.off'),
    },
    ...params.map(({ key, text, overlong }) => ({
      key,
      label: labels.get(key) ?? key,
      children: (
        <Flex gap="small" align="center" wrap>
          <span>
            <WithVariables text={text} />
          </span>
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {t(`overlong.${overlong}`)}
          </Typography.Text>
        </Flex>
      ),
    })),
  ];

  return (
    <div className="configuration">
      <Flex vertical gap="middle" style={{ minWidth: 0 }}>
        <Step title={t('step.basics')} items={basics} columns={columns} />
        <Step title={t('step.audience')} items={audience} columns={columns} />
        <Step title={t('step.trigger')} items={trigger} columns={columns} />
        <Step title={t('step.outreach')} items={outreach} columns={columns} />
      </Flex>
      {template && (
        <MessageCard
          sender={channel?.name ?? ''}
          title={template.title}
          lines={params.map(({ key, text }) => ({
            key,
            label: labels.get(key) ?? key,
            value: <WithVariables text={text} />,
          }))}
          opens={task.openMode !== null && task.openMode !== 'NONE'}
        />
      )}
    </div>
  );
}

function Where({ children }: { children: string }) {
  return (
    <Typography.Text code style={{ marginInlineStart: 8, wordBreak: 'break-all' }}>
      {children}
    </Typography.Text>
  );
}

interface StepProps {
  title: string;
  items: NonNullable<DescriptionsProps['items']>;
  columns: 1 | 2;
}

function Step({ title, items, columns }: StepProps) {
  return (
    <Card size="small" title={<h2 className="card-title">{title}</h2>}>
      <Descriptions
        size="small"
        column={columns}
        items={items}
        styles={{ label: { width: 152 } }}
      />
    </Card>
  );
}
