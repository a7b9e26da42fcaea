import { ApiOutlined, EditOutlined } from '@ant-design/icons';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, App, Button, Card, Descriptions, Flex, Switch, Tooltip, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import type { Fault } from '@/shared/graphql/errors';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { useTime } from '@/shared/time/TimeContext';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { ChannelDrawer } from './ChannelDrawer';
import { ChannelQuery } from './ChannelRow';
import { ChannelStateTag } from './ChannelStateTag';
import type { Channel } from './channelForm';
import { UpdateChannel } from './saveChannel';
import { TemplateCard } from './TemplateCard';
import { DeleteChannel, TestChannel } from './testChannel';
import { useExplanation } from './useExplanation';

/** One mini program: whether it works, how it is set up, and its templates. */
export function ChannelPage() {
  const { t } = useTranslation('channels');
  const { id } = useParams({ from: '/console/channels/$id' });
  const [{ data, fetching, error }, refetch] = useQuery({ query: ChannelQuery, variables: { id } });
  const channel = data?.node?.__typename === 'Channel' ? data.node : null;
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!channel}
      empty={t('notFound')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {channel && <ChannelView channel={channel} />}
    </QueryState>
  );
}

function ChannelView({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels');
  const { t: tc } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const [isEditing, setIsEditing] = useState(false);
  const removal = useAct(DeleteChannel);
  const refusal = useRefusal();

  async function remove() {
    const { fault } = await removal.act({ id: channel.id });
    if (fault) refusal(fault);
    else await navigate({ to: '/channels' });
  }

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={channel.name}
        path={[
          tc('nav.section.marketing'),
          <Link key="list" to="/channels">
            {t('title')}
          </Link>,
        ]}
        beside={<ChannelStateTag channel={channel} />}
        actions={
          can('channel.wechat_mp.manage') && (
            <>
              <TestButton channel={channel} />
              <Button icon={<EditOutlined aria-hidden />} onClick={() => setIsEditing(true)}>
                {tc('action.edit')}
              </Button>
              <ConfirmButton
                danger
                question={t('remove.question', { name: channel.name })}
                consequence={t('remove.consequence')}
                onConfirm={remove}
              >
                {tc('action.delete')}
              </ConfirmButton>
            </>
          )
        }
      />
      <Trouble channel={channel} />
      <Card size="small" title={t('settings')}>
        <Settings channel={channel} />
      </Card>
      <TemplateCard channel={channel} />
      {isEditing && (
        <ChannelDrawer
          channel={channel}
          onClose={() => setIsEditing(false)}
          onSaved={() => setIsEditing(false)}
        />
      )}
    </Flex>
  );
}

/** Says a refusal at the top of the page, in the feature's words where a field is named. */
function useRefusal() {
  const { message } = App.useApp();
  const { ofFault } = useFaultWords();
  const words = useFieldWords('channels');
  return (fault: Fault) => {
    const [field] = fault.fields;
    void message.error(field ? words(field) : ofFault(fault));
  };
}

function TestButton({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels');
  const { modal, message } = App.useApp();
  const explain = useExplanation();
  const test = useAct(TestChannel);

  async function tryOut() {
    const { data, fault } = await test.act({ id: channel.id });
    if (fault) return test.tell(fault);
    const { ok, code, explanation } = data.testChannel;
    if (ok) return void message.success(t('test.ok'));
    modal.error({
      title: t('test.failed'),
      content: t('test.code', { code, text: explain(explanation) }),
      okText: t('test.close'),
    });
  }

  return (
    <Button icon={<ApiOutlined aria-hidden />} loading={test.busy} onClick={() => void tryOut()}>
      {t('test.button')}
    </Button>
  );
}

function Trouble({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels');
  const time = useTime();
  const explain = useExplanation();
  if (channel.state === 'ABNORMAL')
    return (
      <Alert
        type="error"
        showIcon
        title={t('trouble.abnormal')}
        description={t('trouble.code', {
          code: channel.stateCode,
          text: explain(channel.explanation) || channel.stateText,
          at: time.second(channel.checkedAt),
        })}
      />
    );
  if (channel.pausedUntil && Date.parse(channel.pausedUntil) > time.now().valueOf())
    return (
      <Alert
        type="warning"
        showIcon
        title={t('trouble.paused', { at: time.minute(channel.pausedUntil) })}
      />
    );
  return null;
}

function Settings({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels');
  const time = useTime();
  const none = t('notSet');
  const items = [
    { key: 'enabled', children: <EnabledSwitch channel={channel} /> },
    {
      key: 'appId',
      label: 'AppID',
      children: <Typography.Text copyable>{channel.appID}</Typography.Text>,
    },
    { key: 'secret', label: 'AppSecret', children: t('secretKept') },
    { key: 'originalId', children: channel.originalID || none },
    { key: 'targetIdType', children: channel.targetIdType },
    { key: 'qpsLimit', children: channel.qpsLimit === 0 ? t('unlimited') : channel.qpsLimit },
    { key: 'programState', children: t(`programState.${channel.programState}`) },
    { key: 'lang', children: t(`lang.${channel.lang}`) },
    { key: 'h5Page', children: channel.h5Page || none },
    { key: 'relayPage', children: channel.relayPage || none },
    { key: 'checkedAt', children: time.second(channel.checkedAt) },
    { key: 'openTaskCount', children: channel.openTaskCount },
  ] as const;
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, sm: 1, md: 2, lg: 2, xl: 3, xxl: 3 }}
      items={items.map((item) => ({
        ...item,
        label: 'label' in item ? item.label : t(`field.${item.key}`),
      }))}
    />
  );
}

/** Turning a channel off is refused while tasks use it; the answer says how many. */
function EnabledSwitch({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels');
  const can = useCan();
  const update = useAct(UpdateChannel);
  const refusal = useRefusal();

  async function turn(enabled: boolean) {
    const { fault } = await update.act({ id: channel.id, input: { enabled } });
    if (fault) refusal(fault);
  }

  return (
    <Tooltip
      title={
        channel.openTaskCount > 0 ? t('enabledInUse', { count: channel.openTaskCount }) : undefined
      }
    >
      <Switch
        aria-label={t('field.enabled')}
        checked={channel.enabled}
        disabled={!can('channel.wechat_mp.manage')}
        loading={update.busy}
        checkedChildren={t('on')}
        unCheckedChildren={t('off')}
        onChange={(enabled) => void turn(enabled)}
      />
    </Tooltip>
  );
}
