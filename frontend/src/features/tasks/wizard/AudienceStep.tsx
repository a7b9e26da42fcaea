import { Alert, Form, Select, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { SubjectSelect } from '@/features/segments/SubjectSelect';
import { useCan } from '@/features/session/session';
import { QueryState } from '@/shared/ui/QueryState';
import { AudienceRule } from './AudienceRule';
import { AudienceSegment } from './AudienceSegment';
import { type AudienceMode, audienceChoices } from './audienceChoices';
import { ChoiceCards } from './ChoiceCards';
import { SUPPLEMENTARY_MAX } from './checkForm';
import { useAbilities } from './useAbilities';
import { useWizard } from './WizardContext';

/** What people paste between IDs. */
const SEPARATORS = [',', '\uff0c', ';', '\uff1b', '、', ' ', '\n', '\t'];

const TEXTS: Record<AudienceMode, 'ruleText' | 'segmentText' | 'uploadText' | 'allText'> = {
  RULE: 'ruleText',
  SEGMENT: 'segmentText',
  UPLOAD: 'uploadText',
  ALL: 'allText',
};

/** Step 3: who is reached (R22–R37, R43), as far as the project's products allow it. */
export function AudienceStep() {
  const { t } = useTranslation('wizard');
  const can = useCan();
  const { rules, values, patch } = useWizard();
  const { abilities, fetching, error, retry } = useAbilities(values.type);
  return (
    <QueryState fetching={fetching} error={error} isEmpty={!abilities} onRetry={retry}>
      {abilities && (
        <>
          {abilities.subjects && (
            <Form.Item
              name="subject"
              label={t('field.subject')}
              extra={t('audience.subjectHint')}
              rules={rules('subject')}
              style={{ maxWidth: 320 }}
              trigger="onPick"
            >
              <SubjectSelect
                value={values.subject}
                onChange={(subject) => patch({ subject, segmentId: null })}
              />
            </Form.Item>
          )}
          <Form.Item
            name="audienceMode"
            label={t('field.audienceMode')}
            required
            rules={rules('audienceMode')}
          >
            <ChoiceCards
              name={t('field.audienceMode')}
              choices={audienceChoices(abilities, can).map(({ mode, why }) => ({
                value: mode,
                label: t(`audience.${mode}`),
                text: t(`audience.${TEXTS[mode]}`),
                ...(why ? { unavailable: t(`audience.why.${why}`) } : {}),
              }))}
            />
          </Form.Item>
          {values.audienceMode === 'RULE' && <AudienceRule />}
          {values.audienceMode === 'SEGMENT' && (
            <AudienceSegment newSegment={abilities.newSegment} />
          )}
          {values.audienceMode === 'UPLOAD' && <UploadLater />}
          {values.audienceMode !== 'ALL' && <Supplementary />}
        </>
      )}
    </QueryState>
  );
}

function UploadLater() {
  const { t } = useTranslation('wizard');
  const { goTo } = useWizard();
  return (
    <Alert
      type="info"
      showIcon
      style={{ marginBottom: 24 }}
      title={
        <>
          {t('audience.uploadLater')}{' '}
          <Typography.Link
            role="button"
            tabIndex={0}
            onClick={() => goTo('content')}
            onKeyDown={(event) => event.key === 'Enter' && goTo('content')}
          >
            {t('audience.toUpload')}
          </Typography.Link>
        </>
      }
    />
  );
}

function Supplementary() {
  const { t } = useTranslation('wizard');
  const { rules, values } = useWizard();
  return (
    <Form.Item
      name="supplementary"
      label={t('field.supplementary')}
      extra={t('audience.supplementaryHint', {
        count: values.supplementary.length,
        limit: SUPPLEMENTARY_MAX,
      })}
      rules={rules('supplementary')}
      normalize={(ids: string[]) => [...new Set(ids.map((id) => id.trim()).filter(Boolean))]}
      style={{ maxWidth: 760 }}
    >
      <Select
        mode="tags"
        open={false}
        suffix={null}
        tokenSeparators={SEPARATORS}
        placeholder={t('audience.supplementaryPlaceholder')}
      />
    </Form.Item>
  );
}
