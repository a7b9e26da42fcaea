import { Flex, TreeSelect, Typography } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { QueryState } from '@/shared/ui/QueryState';
import { MessageGroupsQuery } from './GroupNode';
import { chooseUnder, type GroupBranch, toTree } from './groupTree';

interface GroupPickerProps {
  value?: readonly string[];
  onChange?: (ids: string[]) => void;
}

interface Choice {
  value: string;
  title: string;
  children: Choice[];
}

/** One optional choice under each top-level group (R14, spec §2.1). */
export function GroupPicker({ value = [], onChange }: GroupPickerProps) {
  const { t } = useTranslation('groups');
  const id = useId();
  const [{ data, fetching, error }, refetch] = useQuery({ query: MessageGroupsQuery });
  const groups = data?.messageGroups ?? [];

  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={groups.length === 0}
      empty={t('picker.none')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      <Flex gap="middle" wrap role="group" aria-label={t('picker.name')}>
        {toTree(groups).map((branch) => {
          const top = branch.group;
          const chosen = groups.find((group) => group.topID === top.id && value.includes(group.id));
          return (
            <Flex vertical gap={4} key={top.id} style={{ width: 240 }}>
              <Typography.Text type="secondary">
                <label htmlFor={`${id}-${top.id}`}>{top.name}</label>
              </Typography.Text>
              <TreeSelect
                id={`${id}-${top.id}`}
                allowClear
                showSearch={{ treeNodeFilterProp: 'title' }}
                treeDefaultExpandAll
                placeholder={t('picker.placeholder')}
                value={chosen?.id}
                treeData={[toChoice(branch)]}
                onChange={(choice: string | undefined) =>
                  onChange?.(chooseUnder(top.id, choice ?? null, value, groups))
                }
              />
            </Flex>
          );
        })}
      </Flex>
    </QueryState>
  );
}

function toChoice({ group, children }: GroupBranch): Choice {
  return { value: group.id, title: group.name, children: children.map(toChoice) };
}
