import { PlusOutlined } from '@ant-design/icons';
import { Button, Divider, Flex, TreeSelect } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { CampaignDialog } from './CampaignDialog';
import { CampaignGroupsQuery } from './CampaignGroups';

interface CampaignPickerProps {
  id?: string;
  value?: string | null;
  onChange?: (campaignId: string | null) => void;
}

/** Two levels: campaign group, then campaign; a new campaign can be made on the spot (R19). */
export function CampaignPicker({ id, value, onChange }: CampaignPickerProps) {
  const { t } = useTranslation('campaigns');
  const can = useCan();
  const [isAdding, setIsAdding] = useState(false);
  const [{ data, fetching }] = useQuery({ query: CampaignGroupsQuery });
  const groups = nodesOf(data?.campaignGroups);

  return (
    <>
      <TreeSelect
        {...(id ? { id } : {})}
        allowClear
        showSearch={{ treeNodeFilterProp: 'title' }}
        treeDefaultExpandAll
        loading={fetching}
        placeholder={t('picker.placeholder')}
        value={value ?? undefined}
        onChange={(choice: string | undefined) => onChange?.(choice ?? null)}
        treeData={groups.map((group) => ({
          value: group.id,
          title: group.name,
          selectable: false,
          children: (group.campaigns ?? []).map((campaign) => ({
            value: campaign.id,
            title: campaign.name,
          })),
        }))}
        popupRender={(tree) => (
          <>
            {tree}
            {can('campaign.manage') && (
              <>
                <Divider style={{ margin: '4px 0' }} />
                <Flex>
                  <Button
                    type="link"
                    icon={<PlusOutlined aria-hidden />}
                    onClick={() => setIsAdding(true)}
                  >
                    {t('create')}
                  </Button>
                </Flex>
              </>
            )}
          </>
        )}
      />
      {isAdding && (
        <CampaignDialog
          campaign={null}
          onClose={() => setIsAdding(false)}
          onSaved={(campaignId) => {
            setIsAdding(false);
            onChange?.(campaignId);
          }}
        />
      )}
    </>
  );
}
