import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button, Flex } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** The cursors of a connection; `after` and `before` of the next request, never both. */
export interface PageCursor {
  after?: string | undefined;
  before?: string | undefined;
}

interface CursorPagerProps {
  pageInfo:
    | {
        hasNextPage: boolean;
        hasPreviousPage: boolean;
        startCursor: string | null;
        endCursor: string | null;
      }
    | undefined;
  /** How many there are in all, in words. */
  total: ReactNode;
  onPage: (cursor: PageCursor) => void;
}

/** First, previous and next of a connection. The cursor belongs in the address of the page. */
export function CursorPager({ pageInfo, total, onPage }: CursorPagerProps) {
  const { t } = useTranslation();
  return (
    <Flex justify="space-between" align="center" gap="middle" wrap>
      <span role="status">{total}</span>
      {(pageInfo?.hasNextPage || pageInfo?.hasPreviousPage) && (
        <Flex gap="small" component="nav" aria-label={t('pager.name')}>
          <Button disabled={!pageInfo.hasPreviousPage} onClick={() => onPage({})}>
            {t('pager.first')}
          </Button>
          <Button
            icon={<LeftOutlined aria-hidden />}
            disabled={!pageInfo.hasPreviousPage}
            onClick={() => onPage({ before: pageInfo.startCursor ?? undefined })}
          >
            {t('pager.previous')}
          </Button>
          <Button
            icon={<RightOutlined aria-hidden />}
            iconPlacement="end"
            disabled={!pageInfo.hasNextPage}
            onClick={() => onPage({ after: pageInfo.endCursor ?? undefined })}
          >
            {t('pager.next')}
          </Button>
        </Flex>
      )}
    </Flex>
  );
}

export const PAGE_SIZE = 20;

/** The page arguments of a Relay connection for a cursor. */
export function pageArguments({ after, before }: PageCursor, size = PAGE_SIZE) {
  return before ? { last: size, before } : { first: size, after: after ?? null };
}
