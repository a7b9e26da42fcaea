import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Flex, Form, Input, Modal, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { CampaignGroupsQuery, CreateCampaign, CreateCampaignGroup } from './CampaignGroups';
import { UpdateCampaign } from './updateCampaign';

const NAME_MAX = 60;
const GROUP_NAME_MAX = 50;

interface CampaignForm {
  name: string;
  groupId: string;
}

interface CampaignDialogProps {
  /** The campaign to change; null makes a new one. */
  campaign: { id: string; name: string; groupID: string } | null;
  onClose: () => void;
  onSaved: (campaignId: string) => void;
}

/** Name and group of a campaign: all there is to it (spec §2.2). */
export function CampaignDialog({ campaign, onClose, onSaved }: CampaignDialogProps) {
  const { t } = useTranslation('campaigns');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const words = useFieldWords('campaigns');
  const [form] = Form.useForm<CampaignForm>();
  const [groupName, setGroupName] = useState('');
  const [{ data, fetching }] = useQuery({ query: CampaignGroupsQuery });
  const create = useAct(CreateCampaign);
  const update = useAct(UpdateCampaign);
  const createGroup = useAct(CreateCampaignGroup);
  const groups = nodesOf(data?.campaignGroups);

  async function save({ name, groupId }: CampaignForm) {
    const values = { name: name.trim(), groupId };
    const { data: saved, fault } = campaign
      ? await update.act({ id: campaign.id, ...values })
      : await create.act(values);
    if (fault) {
      const fields = fault.fields.filter(({ path }) => path === 'name' || path === 'groupId');
      form.setFields(
        fields.map((field) => ({
          name: field.path as keyof CampaignForm,
          errors: [words(field)],
        })),
      );
      if (fields.length === 0) create.tell(fault);
      return;
    }
    void message.success(t(campaign ? 'saved' : 'created'));
    onSaved('createCampaign' in saved ? saved.createCampaign.id : saved.updateCampaign.id);
  }

  async function addGroup() {
    const { data: added, fault } = await createGroup.act({ name: groupName.trim() });
    if (fault) {
      const [field] = fault.fields;
      if (field) void message.error(words(field));
      else createGroup.tell(fault);
      return;
    }
    setGroupName('');
    form.setFieldValue('groupId', added.createCampaignGroup.id);
  }

  return (
    <Modal
      open
      title={t(campaign ? 'edit' : 'create')}
      okText={tc('action.save')}
      cancelText={tc('action.cancel')}
      confirmLoading={create.busy || update.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        name="campaign"
        layout="vertical"
        requiredMark
        initialValues={campaign ? { name: campaign.name, groupId: campaign.groupID } : {}}
        onFinish={(values: CampaignForm) => void save(values)}
      >
        <Form.Item
          name="name"
          label={t('field.name')}
          rules={[
            { required: true, whitespace: true, message: t('error.name') },
            { max: NAME_MAX, message: t('error.nameLong', { limit: NAME_MAX }) },
          ]}
        >
          <Input autoFocus maxLength={NAME_MAX} showCount />
        </Form.Item>
        <Form.Item
          name="groupId"
          label={t('field.group')}
          rules={[{ required: true, message: t('error.group') }]}
        >
          <Select
            loading={fetching}
            placeholder={t('field.groupPlaceholder')}
            options={groups.map((group) => ({ value: group.id, label: group.name }))}
          />
        </Form.Item>
      </Form>
      <Flex vertical gap={4}>
        <label htmlFor="new-campaign-group">{t('group.addHere')}</label>
        <Space.Compact>
          <Input
            id="new-campaign-group"
            value={groupName}
            maxLength={GROUP_NAME_MAX}
            placeholder={t('group.placeholder')}
            onChange={(event) => setGroupName(event.target.value)}
          />
          <Button
            icon={<PlusOutlined aria-hidden />}
            disabled={groupName.trim() === ''}
            loading={createGroup.busy}
            onClick={() => void addGroup()}
          >
            {t('group.add')}
          </Button>
        </Space.Compact>
      </Flex>
    </Modal>
  );
}
