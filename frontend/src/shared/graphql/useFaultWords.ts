import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fault, FieldFault } from './errors';

export interface FaultWords {
  /** One sentence for the whole refusal. */
  ofFault: (fault: Fault) => string;
  /** One sentence for one wrong input. */
  ofField: (field: FieldFault) => string;
}

/**
 * Says faults in the reader's language: first by reason, then by rule of a single field,
 * then by code. The server's English stands in only where the console has no words yet.
 */
export function useFaultWords(): FaultWords {
  const { i18n } = useTranslation('errors');

  const say = useCallback(
    (key: string, params: Record<string, unknown>): string | undefined => {
      // The key comes from the server, so it cannot be checked when the console is built.
      const lookUp = i18n.t as (key: string, options: object) => string;
      return i18n.exists(`errors:${key}`) ? lookUp(`errors:${key}`, params) : undefined;
    },
    [i18n],
  );

  const ofField = useCallback(
    (field: FieldFault) => say(`rule.${field.rule}`, field.params) ?? (field.message || field.rule),
    [say],
  );

  const ofFault = useCallback(
    (fault: Fault) => {
      const params = { seconds: fault.retryAfter ?? 0 };
      const [field] = fault.fields;
      return (
        (fault.reason ? say(`reason.${fault.reason}`, params) : undefined) ??
        (field && fault.code === 'INVALID' ? ofField(field) : undefined) ??
        say(`code.${fault.code}${fault.retryAfter ? '_WAIT' : ''}`, params) ??
        say(`code.${fault.code}`, params) ??
        fault.message
      );
    },
    [say, ofField],
  );

  return { ofFault, ofField };
}
