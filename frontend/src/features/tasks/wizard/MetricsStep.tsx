import { Result } from 'antd';
import { useTranslation } from 'react-i18next';

/** Step 6 belongs to a later version; nothing is kept from it, and the step says so. */
export function MetricsStep() {
  const { t } = useTranslation('wizard');
  return <Result status="info" title={t('metrics.title')} subTitle={t('metrics.text')} />;
}
