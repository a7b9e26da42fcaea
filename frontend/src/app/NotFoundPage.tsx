import { useTranslation } from 'react-i18next';
import { LinkButton } from '@/shared/ui/LinkButton';
import { Notice } from '@/shared/ui/Notice';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main>
      <Notice
        title={t('notFound.title')}
        text={t('notFound.text')}
        action={
          <LinkButton to="/tasks" look="primary">
            {t('notFound.home')}
          </LinkButton>
        }
      />
    </main>
  );
}
