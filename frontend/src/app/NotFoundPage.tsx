import { Result } from 'antd';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '@/shared/ui/LinkButton';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Result
      status="404"
      icon={null}
      title={<h1 style={{ fontSize: 24, margin: 0 }}>{t('notFound.title')}</h1>}
      subTitle={t('notFound.text')}
      extra={
        <LinkButton to="/tasks" look="primary">
          {t('notFound.home')}
        </LinkButton>
      }
    />
  );
}
