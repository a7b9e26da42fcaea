import { ReloadOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Flex, Form, Modal, Select, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { EstimatePanel } from '@/features/rules/EstimatePanel';
import { RuleSentence } from '@/features/rules/RuleSentence';
import { EMPTY_RULE } from '@/features/rules/ruleTree';
import { useDebounced } from '@/features/rules/useDebounced';
import { EMPTY_SEGMENT } from '@/features/segments/segmentForm';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import type { Abilities } from './useAbilities';
import { useWizard } from './WizardContext';
import { useWizardSegment, type WizardSegmentData, WizardSegmentsQuery } from './WizardSegment';

const SegmentEditor = lazy(async () => ({
  default: (await import('@/features/segments/SegmentEditor')).SegmentEditor,
}));

/** 已有分群: one of the list, counted at once (R34–R37). */
export function AudienceSegment({ newSegment }: { newSegment: Abilities['newSegment'] }) {
  const { t } = useTranslation('wizard');
  const { t: tr } = useTranslation('rules');
  const can = useCan();
  const { values, rules, patch } = useWizard();
  const [isMaking, setIsMaking] = useState(false);
  const { segmentId, subject, channelId, templateId } = values;
  const segment = useWizardSegment(segmentId);
  const mayMake = can('segment.edit') && newSegment !== 'NONE';
  return (
    <>
      <Form.Item
        label={t('field.segmentId')}
        required
        extra={
          <Flex align="center" gap={8} wrap>
            {t('audience.segmentHint')}
            {mayMake && newSegment === 'LIST' && (
              <Link to="/segments/new" target="_blank">
                {t('audience.newSegment')}
              </Link>
            )}
            {mayMake && newSegment === 'INLINE' && (
              <Button type="link" size="small" onClick={() => setIsMaking(true)}>
                {t('audience.newSegment')}
              </Button>
            )}
          </Flex>
        }
      >
        <Form.Item name="segmentId" noStyle rules={rules('segmentId')}>
          <SegmentPicker chosen={segment} subject={subject} />
        </Form.Item>
      </Form.Item>
      {segment && (
        <Form.Item label={t('audience.segmentRule')}>
          <RuleSentence rule={segment.rule} />{' '}
          <Link to="/segments/$id" params={{ id: segment.id }} target="_blank">
            {t('audience.openSegment')}
          </Link>
        </Form.Item>
      )}
      <Form.Item label={t('audience.estimate')}>
        <EstimatePanel
          auto
          input={
            segmentId !== null && channelId !== null
              ? { subject, segmentId, channelId, templateId }
              : null
          }
          why={
            channelId === null
              ? tr('estimate.needsChannel')
              : segmentId === null
                ? t('audience.chooseFirst')
                : undefined
          }
        />
      </Form.Item>
      {isMaking && (
        <Modal
          open
          width={1080}
          title={t('audience.newSegment')}
          footer={null}
          onCancel={() => setIsMaking(false)}
        >
          <Suspense fallback={<Skeleton active />}>
            <SegmentEditor
              id={null}
              initial={{ ...EMPTY_SEGMENT, subject, channelId }}
              initialRule={EMPTY_RULE}
              onSaved={({ id }) => {
                setIsMaking(false);
                patch({ segmentId: id });
              }}
              footer={({ submit, busy }) => (
                <Flex justify="flex-end">
                  <Button type="primary" loading={busy} onClick={submit}>
                    {t('audience.saveSegment')}
                  </Button>
                </Flex>
              )}
            />
          </Suspense>
        </Modal>
      )}
    </>
  );
}

interface SegmentPickerProps {
  id?: string;
  value?: string | null;
  onChange?: (id: string | null) => void;
  chosen: WizardSegmentData | null;
  subject: string;
}

const REST_MS = 300;

/** Segments of the list, of the task's subject, found by name (R27, R35). */
function SegmentPicker({ id, value, onChange, chosen, subject }: SegmentPickerProps) {
  const { t } = useTranslation('wizard');
  const { t: ts } = useTranslation('segments');
  const time = useTime();
  const [typed, setTyped] = useState('');
  const search = useDebounced(typed.trim(), REST_MS);
  const [{ data, fetching }, again] = useQuery({
    query: WizardSegmentsQuery,
    variables: {
      where: { listed: true, subject, ...(search ? { nameContainsFold: search } : {}) },
    },
  });
  const found = nodesOf(data?.segments);
  const shown =
    chosen && !found.some((one) => one.id === chosen.id) && !search ? [chosen, ...found] : found;
  return (
    <Flex gap="small" style={{ maxWidth: 640 }}>
      <Select
        {...(id ? { id } : {})}
        aria-label={t('field.segmentId')}
        style={{ flex: 1, minWidth: 0 }}
        value={value ?? null}
        onChange={(next) => onChange?.(next ?? null)}
        showSearch={{ filterOption: false, onSearch: setTyped }}
        allowClear
        loading={fetching}
        placeholder={t('audience.segmentPlaceholder')}
        notFoundContent={t('audience.noSegments')}
        options={shown.map((segment) => ({ value: segment.id, label: segment.name }))}
        optionRender={({ value: key }) => {
          const segment = shown.find((one) => one.id === key);
          if (!segment) return null;
          return (
            <Flex justify="space-between" gap="middle">
              <span style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>{segment.name}</span>
              <span className="secondary">
                {segment.computedAt
                  ? t('audience.segmentSize', {
                      count: segment.size,
                      at: time.minute(segment.computedAt),
                    })
                  : ts(`status.${segment.status}`)}
              </span>
            </Flex>
          );
        }}
      />
      <Button
        icon={<ReloadOutlined aria-hidden />}
        aria-label={t('audience.refreshSegments')}
        title={t('audience.refreshSegments')}
        onClick={() => again({ requestPolicy: 'network-only' })}
      />
    </Flex>
  );
}
