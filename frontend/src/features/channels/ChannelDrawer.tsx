import { Alert, App, Button, Drawer, Flex, Form, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fault } from '@/shared/graphql/errors';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import {
  APP_ID,
  type Channel,
  type ChannelForm,
  EMPTY_CHANNEL,
  fromChannel,
  NAME_MAX,
  ORIGINAL_ID,
  PAGE,
  PAGE_MAX,
  QPS_MAX,
  toChannelInput,
} from './channelForm';
import { CreateChannel, UpdateChannel } from './saveChannel';

const PROGRAM_STATES = ['FORMAL', 'TRIAL', 'DEVELOPER'] as const;
const LANGS = ['ZH_CN', 'ZH_HK', 'ZH_TW', 'EN_US'] as const;

interface ChannelDrawerProps {
  /** The channel to change; null makes a new one. */
  channel: Channel | null;
  onClose: () => void;
  onSaved: (id: string) => void;
}

/** A mini program's form (spec §8.1). Credentials are tried with WeChat before anything is saved. */
export function ChannelDrawer({ channel, onClose, onSaved }: ChannelDrawerProps) {
  const { t } = useTranslation('channels');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const { ofFault } = useFaultWords();
  const words = useFieldWords('channels');
  const [form] = Form.useForm<ChannelForm>();
  const create = useAct(CreateChannel);
  const update = useAct(UpdateChannel);
  const [fault, setFault] = useState<Fault | null>(null);
  const hasSent = (channel?.firstSentAt ?? null) !== null;
  const initial = channel ? fromChannel(channel) : EMPTY_CHANNEL;

  async function save(values: ChannelForm) {
    setFault(null);
    const input = toChannelInput({ ...initial, ...values });
    const { data, fault: refusal } = channel
      ? await update.act({ id: channel.id, input })
      : await create.act({ input });
    if (refusal) {
      const known = refusal.fields.filter(({ path }) => path in EMPTY_CHANNEL);
      form.setFields(
        known.map((field) => ({ name: field.path as keyof ChannelForm, errors: [words(field)] })),
      );
      if (known.length === 0) setFault(refusal);
      return;
    }
    void message.success(t(channel ? 'saved' : 'created'));
    onSaved('createChannel' in data ? data.createChannel.id : data.updateChannel.id);
  }

  const required = { required: true, whitespace: true, message: t('rule.REQUIRED') };
  const page = [
    { pattern: PAGE, message: t('rule.page') },
    { max: PAGE_MAX, message: t('rule.TOO_LONG', { limit: PAGE_MAX }) },
  ];
  return (
    <Drawer
      open
      size={600}
      title={t(channel ? 'edit' : 'create')}
      onClose={onClose}
      footer={
        <Flex gap="small" justify="end">
          <Button onClick={onClose}>{tc('action.cancel')}</Button>
          <Button type="primary" loading={create.busy || update.busy} onClick={() => form.submit()}>
            {t('saveAndTry')}
          </Button>
        </Flex>
      }
    >
      <Form<ChannelForm>
        form={form}
        name="channel"
        layout="vertical"
        initialValues={initial}
        scrollToFirstError={{ block: 'center' }}
        onFinish={(values) => void save(values)}
      >
        {fault && (
          <Alert
            type="error"
            showIcon
            style={{ marginBottom: 16 }}
            title={t('notSaved')}
            description={ofFault(fault)}
          />
        )}
        <Form.Item
          name="name"
          label={t('field.name')}
          rules={[required, { max: NAME_MAX, message: t('rule.TOO_LONG', { limit: NAME_MAX }) }]}
        >
          <Input autoComplete="off" count={{ show: true, max: NAME_MAX }} />
        </Form.Item>
        <Form.Item
          name="appId"
          label="AppID"
          extra={t(hasSent ? 'hint.appIdFixed' : 'hint.appId')}
          rules={[required, { pattern: APP_ID, message: t('rule.appId.INVALID_FORMAT') }]}
        >
          <Input autoComplete="off" disabled={hasSent} placeholder="wx" />
        </Form.Item>
        <Form.Item
          name="secret"
          label="AppSecret"
          extra={t(channel ? 'hint.secretKept' : 'hint.secret')}
          rules={channel ? [] : [required]}
        >
          <Input.Password
            autoComplete="new-password"
            placeholder={channel ? t('hint.secretPlaceholder') : ''}
          />
        </Form.Item>
        <Form.Item
          name="originalId"
          label={t('field.originalId')}
          extra={t('hint.originalId')}
          rules={[{ pattern: ORIGINAL_ID, message: t('rule.originalId.INVALID_FORMAT') }]}
        >
          <Input autoComplete="off" placeholder="gh_" />
        </Form.Item>
        <Form.Item
          name="qpsLimit"
          label={t('field.qpsLimit')}
          extra={t('hint.qpsLimit')}
          rules={[
            { required: true, message: t('rule.REQUIRED') },
            { type: 'integer', message: t('rule.qpsLimit.OUT_OF_RANGE') },
          ]}
        >
          <InputNumber min={0} max={QPS_MAX} style={{ width: 160 }} />
        </Form.Item>
        <Form.Item
          name="programState"
          label={t('field.programState')}
          extra={t('hint.programState')}
        >
          <Select
            options={PROGRAM_STATES.map((value) => ({ value, label: t(`programState.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="lang" label={t('field.lang')}>
          <Select options={LANGS.map((value) => ({ value, label: t(`lang.${value}`) }))} />
        </Form.Item>
        <Form.Item name="h5Page" label={t('field.h5Page')} extra={t('hint.h5Page')} rules={page}>
          <Input autoComplete="off" placeholder="pages/web/index" />
        </Form.Item>
        <Form.Item
          name="relayPage"
          label={t('field.relayPage')}
          extra={t('hint.relayPage')}
          rules={page}
        >
          <Input autoComplete="off" placeholder="pages/jump/index" />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
