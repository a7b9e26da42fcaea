import { Alert, Button, Flex, Modal, Table, Tag, Typography } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { SyncTemplates } from '@/features/channels/syncTemplates';
import type { Fault } from '@/shared/graphql/errors';
import type { ResultOf } from '@/shared/graphql/graphql';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { QueryState } from '@/shared/ui/QueryState';
import { ChannelTemplatesQuery, type WizardTemplate } from './WizardTemplate';

type Template = ResultOf<typeof WizardTemplate>;

interface TemplatePickerProps {
  channelId: string;
  chosen: string | null;
  onChoose: (template: Template) => void;
  onClose: () => void;
}

/** The channel's templates. Opening it reads them from WeChat anew (R82); failing that, the last known ones remain. */
export function TemplatePicker({ channelId, chosen, onChoose, onClose }: TemplatePickerProps) {
  const { t } = useTranslation('wizard');
  const { t: tc } = useTranslation();
  const { ofFault } = useFaultWords();
  const sync = useAct(SyncTemplates);
  const [synced, setSynced] = useState<{ added: number; changed: number; removed: number } | null>(
    null,
  );
  const [fault, setFault] = useState<Fault | null>(null);
  const [picked, setPicked] = useState(chosen);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: ChannelTemplatesQuery,
    variables: { channelId },
    requestPolicy: 'cache-and-network',
  });
  const templates = data?.templates.edges?.flatMap((edge) => edge?.node ?? []) ?? [];
  const choice = templates.find((template) => template.id === picked);

  async function readFromWeChat() {
    setFault(null);
    const outcome = await sync.act({ channelId });
    if (outcome.fault) setFault(outcome.fault);
    else {
      setSynced(outcome.data.syncTemplates);
      refetch({ requestPolicy: 'network-only' });
    }
  }
  const read = useRef(readFromWeChat);
  const hasRead = useRef(false);
  useEffect(function syncOnOpen() {
    if (hasRead.current) return;
    hasRead.current = true;
    void read.current();
  }, []);

  return (
    <Modal
      open
      width={920}
      title={t('template.title')}
      okText={t('template.use')}
      cancelText={tc('action.cancel')}
      okButtonProps={{ disabled: !choice || choice.removedAt !== null }}
      onOk={() => choice && onChoose(choice)}
      onCancel={onClose}
    >
      <Flex vertical gap="small">
        <Flex justify="space-between" align="center" gap="small">
          <Typography.Text type="secondary" role="status">
            {sync.busy
              ? t('template.syncing')
              : synced
                ? t('template.synced', synced)
                : t('template.hint')}
          </Typography.Text>
          <Button size="small" loading={sync.busy} onClick={() => void readFromWeChat()}>
            {t('template.syncAgain')}
          </Button>
        </Flex>
        {fault && (
          <Alert
            type={fault.code === 'FORBIDDEN' ? 'info' : 'warning'}
            showIcon
            title={t(fault.code === 'FORBIDDEN' ? 'template.syncForbidden' : 'template.syncFailed')}
            {...(fault.code === 'FORBIDDEN' ? {} : { description: ofFault(fault) })}
          />
        )}
        <QueryState
          fetching={fetching || sync.busy}
          error={error}
          isEmpty={templates.length === 0}
          empty={t('template.none')}
          onRetry={() => void readFromWeChat()}
        >
          <Table<Template>
            rowKey="id"
            size="small"
            dataSource={templates}
            scroll={{ y: 'min(520px, 55vh)' }}
            pagination={templates.length > 8 ? { pageSize: 8, showSizeChanger: false } : false}
            rowSelection={{
              type: 'radio',
              selectedRowKeys: picked ? [picked] : [],
              onChange: ([id]) => setPicked(String(id)),
              getCheckboxProps: (template) => ({
                disabled: template.removedAt !== null,
                'aria-label': template.title,
              }),
              columnTitle: t('template.choice'),
              columnWidth: 64,
            }}
            onRow={(template) => ({
              onClick: () => template.removedAt === null && setPicked(template.id),
            })}
            columns={[
              {
                title: t('template.name'),
                dataIndex: 'title',
                rowScope: 'row',
                render: (title: string, template) => (
                  <Flex vertical gap={2}>
                    <span>
                      {title} {template.removedAt && <Tag color="red">{t('template.removed')}</Tag>}
                    </span>
                    <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                      {template.providerID}
                    </Typography.Text>
                  </Flex>
                ),
              },
              {
                title: t('template.kind'),
                dataIndex: 'kind',
                width: 110,
                render: (kind: Template['kind']) => t(`template.${kind}`),
              },
              {
                title: t('template.fields'),
                dataIndex: 'fields',
                render: (fields: Template['fields']) => fields.map(({ label }) => label).join('、'),
              },
              {
                title: t('template.example'),
                dataIndex: 'example',
                render: (example: string) => (
                  <Typography.Text
                    type="secondary"
                    style={{ whiteSpace: 'pre-line', fontSize: 13 }}
                  >
                    {example}
                  </Typography.Text>
                ),
              },
            ]}
          />
        </QueryState>
      </Flex>
    </Modal>
  );
}
