import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { type TypedValue, valueText } from './values';

/** Says typed values in the reader's language and the project's zone. */
export function useValueText() {
  const { t } = useTranslation('people');
  const time = useTime();
  return useCallback(
    (value: TypedValue) =>
      valueText(value, {
        yes: t('value.yes'),
        no: t('value.no'),
        emptyText: t('value.empty'),
        emptyList: t('value.none'),
        second: time.second,
      }),
    [t, time],
  );
}
