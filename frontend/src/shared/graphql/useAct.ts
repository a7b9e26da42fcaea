import { App } from 'antd';
import type { TadaDocumentNode } from 'gql.tada';
import { useCallback } from 'react';
import { useMutation } from 'urql';
import { type Fault, faultOf } from './errors';
import { useFaultWords } from './useFaultWords';

type Outcome<Data> = { data: Data; fault?: undefined } | { data?: undefined; fault: Fault };

/**
 * A mutation that answers with its data or with a fault, never by throwing. Forms put
 * `fault.fields` at their inputs; `tell` says a fault in a message at the top of the page.
 */
export function useAct<Data, Variables extends Record<string, unknown>>(
  document: TadaDocumentNode<Data, Variables>,
) {
  const [{ fetching }, execute] = useMutation<Data, Variables>(document);
  const { message } = App.useApp();
  const { ofFault } = useFaultWords();

  const act = useCallback(
    async (variables: Variables): Promise<Outcome<Data>> => {
      const { data, error } = await execute(variables);
      if (error) return { fault: faultOf(error) };
      if (!data) return { fault: { code: 'INTERNAL', reason: '', message: '', fields: [] } };
      return { data };
    },
    [execute],
  );
  const tell = useCallback(
    (fault: Fault) => void message.error(ofFault(fault)),
    [message, ofFault],
  );

  return { act, tell, busy: fetching };
}
