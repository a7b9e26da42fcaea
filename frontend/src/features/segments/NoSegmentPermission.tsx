import { Result } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CombinedError } from 'urql';
import { faultOf } from '@/shared/graphql/errors';

/** Whether a page was refused because its segment is for other roles (R31). */
export function lacksSegment(error: CombinedError | undefined): boolean {
  return error !== undefined && faultOf(error).reason === 'NO_SEGMENT_PERMISSION';
}

/** 无分群权限, in place of the page. */
export function NoSegmentPermission({ extra }: { extra?: ReactNode }) {
  const { t } = useTranslation('segments');
  return (
    <Result
      status="403"
      title={t('noPermission.title')}
      subTitle={t('noPermission.text')}
      extra={extra}
    />
  );
}
