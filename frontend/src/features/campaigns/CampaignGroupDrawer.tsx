import { App, Button, Drawer, Flex, Input, Space, Tooltip, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import type { Fault } from '@/shared/graphql/errors';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { QueryState } from '@/shared/ui/QueryState';
import { CampaignGroupsQuery, CreateCampaignGroup } from './CampaignGroups';
import { DeleteCampaignGroup, RenameCampaignGroup } from './CampaignList';

const NAME_MAX = 50;

/** The flat list that campaigns are sorted by; a group with campaigns stays. */
export function CampaignGroupDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('campaigns');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const { ofFault } = useFaultWords();
  const words = useFieldWords('campaigns');
  const create = useAct(CreateCampaignGroup);
  const rename = useAct(RenameCampaignGroup);
  const removal = useAct(DeleteCampaignGroup);
  const [name, setName] = useState('');
  const [{ data, fetching, error }, refetch] = useQuery({ query: CampaignGroupsQuery });
  const groups = nodesOf(data?.campaignGroups);

  function tell(fault: Fault | undefined): boolean {
    if (!fault) return true;
    const [field] = fault.fields;
    void message.error(field ? words(field) : ofFault(fault));
    return false;
  }

  async function add() {
    const { fault } = await create.act({ name: name.trim() });
    if (tell(fault)) setName('');
  }

  return (
    <Drawer open title={t('group.title')} onClose={onClose} size={460}>
      <Flex vertical gap="middle">
        <Space.Compact block>
          <Input
            aria-label={t('group.placeholder')}
            placeholder={t('group.placeholder')}
            value={name}
            maxLength={NAME_MAX}
            onChange={(event) => setName(event.target.value)}
            onPressEnter={() => void (name.trim() && add())}
          />
          <Button
            type="primary"
            disabled={name.trim() === ''}
            loading={create.busy}
            onClick={() => void add()}
          >
            {t('group.add')}
          </Button>
        </Space.Compact>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={groups.length === 0}
          empty={t('group.none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <ul style={{ margin: 0, padding: 0, listStyle: 'none' }}>
            {groups.map((group) => {
              const count = group.campaigns?.length ?? 0;
              return (
                <li key={group.id} style={{ padding: '8px 0', borderBottom: '1px solid #f0f0f0' }}>
                  <Flex justify="space-between" align="center" gap="small">
                    <Typography.Text
                      style={{ flex: 1 }}
                      editable={{
                        text: group.name,
                        maxLength: NAME_MAX,
                        tooltip: t('group.rename'),
                        onChange: (next) => {
                          if (next.trim() && next.trim() !== group.name)
                            void rename
                              .act({ id: group.id, name: next.trim() })
                              .then(({ fault }) => tell(fault));
                        },
                      }}
                    >
                      {group.name}
                    </Typography.Text>
                    <Typography.Text type="secondary">
                      {t('group.count', { count })}
                    </Typography.Text>
                    <Tooltip title={count > 0 ? t('group.inUse', { count }) : undefined}>
                      <ConfirmButton
                        type="link"
                        size="small"
                        danger
                        disabled={count > 0}
                        question={t('group.delete', { name: group.name })}
                        onConfirm={async () => tell((await removal.act({ id: group.id })).fault)}
                      >
                        {tc('action.delete')}
                      </ConfirmButton>
                    </Tooltip>
                  </Flex>
                </li>
              );
            })}
          </ul>
        </QueryState>
      </Flex>
    </Drawer>
  );
}
