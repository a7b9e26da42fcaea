import { ReloadOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Flex, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { CampaignPicker } from '@/features/campaigns/CampaignPicker';
import { MessageGroupsQuery } from '@/features/groups/GroupNode';
import { GroupPicker } from '@/features/groups/GroupPicker';
import { NAME_MAX } from './checkForm';
import { ApplicationsQuery } from './WizardChannels';
import { useWizard } from './WizardContext';

/** Step 2: what the task is called and where it belongs (R13–R21). */
export function BasicStep() {
  const { t } = useTranslation('wizard');
  const { rules } = useWizard();
  const [{ data, fetching }] = useQuery({ query: ApplicationsQuery });
  const [, readGroups] = useQuery({ query: MessageGroupsQuery, pause: true });
  const applications = data?.applications.edges?.flatMap((edge) => edge?.node ?? []) ?? [];

  return (
    <>
      <Form.Item
        name="name"
        label={t('field.name')}
        extra={t('basic.nameHint')}
        required
        rules={rules('name')}
        style={{ maxWidth: 560 }}
      >
        <Input
          autoComplete="off"
          placeholder={t('basic.namePlaceholder')}
          count={{ show: true, max: NAME_MAX }}
        />
      </Form.Item>
      <Form.Item
        label={t('field.groupIds')}
        extra={
          <Flex align="center" gap={4}>
            {t('basic.groupsHint')}
            <Link to="/groups" target="_blank">
              {t('basic.manageGroups')}
            </Link>
            <Button
              type="link"
              size="small"
              icon={<ReloadOutlined aria-hidden />}
              onClick={() => readGroups({ requestPolicy: 'network-only' })}
            >
              {t('basic.refreshGroups')}
            </Button>
          </Flex>
        }
      >
        <Form.Item name="groupIds" noStyle rules={rules('groupIds')}>
          <GroupPicker />
        </Form.Item>
      </Form.Item>
      <Form.Item
        name="campaignId"
        label={t('field.campaignId')}
        extra={t('basic.campaignHint')}
        rules={rules('campaignId')}
        style={{ maxWidth: 560 }}
      >
        <CampaignPicker />
      </Form.Item>
      <Form.Item
        name="applicationId"
        label={t('field.applicationId')}
        extra={t('basic.applicationHint')}
        rules={rules('applicationId')}
        style={{ maxWidth: 560 }}
        getValueFromEvent={(value: string | undefined) => value ?? null}
      >
        <Select
          allowClear
          loading={fetching}
          placeholder={t('basic.applicationPlaceholder')}
          options={applications.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
    </>
  );
}
