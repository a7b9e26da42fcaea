import { Alert, Form, Select, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { ChoiceCards } from './ChoiceCards';
import { SUPPLEMENTARY_MAX } from './checkForm';
import { useWizard } from './WizardContext';

/** What people paste between IDs. */
const SEPARATORS = [',', '\uff0c', ';', '\uff1b', '、', ' ', '\n', '\t'];

/** Step 3: who is reached (R22, R32, R43). What this version cannot do is said, not hidden. */
export function AudienceStep() {
  const { t } = useTranslation('wizard');
  const { rules, values, goTo } = useWizard();
  return (
    <>
      <Form.Item
        name="audienceMode"
        label={t('field.audienceMode')}
        required
        rules={rules('audienceMode')}
      >
        <ChoiceCards
          name={t('field.audienceMode')}
          choices={[
            { value: 'UPLOAD', label: t('audience.UPLOAD'), text: t('audience.uploadText') },
            {
              value: 'RULE',
              label: t('audience.RULE'),
              text: t('audience.ruleText'),
              unavailable: t('audience.ruleLater'),
            },
            {
              value: 'SEGMENT',
              label: t('audience.SEGMENT'),
              text: t('audience.segmentText'),
              unavailable: t('audience.segmentLater'),
            },
            {
              value: 'ALL',
              label: t('audience.ALL'),
              text: t('audience.allText'),
              unavailable: t('audience.allNot'),
            },
          ]}
        />
      </Form.Item>
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
    </>
  );
}
