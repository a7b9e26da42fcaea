import type { ErrorComponentProps } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/shared/ui/Notice';

type Trouble = 'offline' | 'outdated' | 'bug';

const MISSING_CHUNK =
  /dynamically imported module|Importing a module script failed|Unable to preload CSS/i;

/** Being offline, a page file that a newer release removed, and a bug of ours need three different answers. */
export function troubleOf(error: unknown, online: boolean): Trouble {
  const isChunk = error instanceof Error && MISSING_CHUNK.test(error.message);
  if (isChunk && !online) return 'offline';
  return isChunk ? 'outdated' : 'bug';
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const words = error instanceof Error ? error.message : String(error);
  const trouble = troubleOf(error, navigator.onLine);
  return (
    <Notice
      title={t(`trouble.${trouble}.title`)}
      text={t(`trouble.${trouble}.text`)}
      detail={trouble === 'bug' ? words : undefined}
      action={
        <Button type="primary" onClick={trouble === 'bug' ? reset : () => window.location.reload()}>
          {t(`trouble.${trouble}.action`)}
        </Button>
      }
    />
  );
}
