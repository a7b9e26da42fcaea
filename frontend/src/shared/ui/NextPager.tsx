import { RightOutlined } from '@ant-design/icons';
import { Button, Flex } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface NextPagerProps {
  pageInfo: { hasNextPage: boolean; endCursor: string | null } | undefined;
  /** Where this page begins; nothing is the first one. */
  after: string | undefined;
  onPage: (after: string | undefined) => void;
  children?: ReactNode;
}

/** First and next of a list that is only read forwards; the browser's own way back leads back. */
export function NextPager({ pageInfo, after, onPage, children }: NextPagerProps) {
  const { t } = useTranslation();
  return (
    <Flex justify="space-between" align="center" gap="middle" wrap>
      <span>{children}</span>
      {(pageInfo?.hasNextPage || after) && (
        <Flex gap="small" component="nav" aria-label={t('pager.name')}>
          <Button disabled={!after} onClick={() => onPage(undefined)}>
            {t('pager.first')}
          </Button>
          <Button
            icon={<RightOutlined aria-hidden />}
            iconPlacement="end"
            disabled={!pageInfo?.hasNextPage}
            onClick={() => onPage(pageInfo?.endCursor ?? undefined)}
          >
            {t('pager.next')}
          </Button>
        </Flex>
      )}
    </Flex>
  );
}
