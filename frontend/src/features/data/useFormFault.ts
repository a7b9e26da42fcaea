import { App, type FormInstance } from 'antd';
import type { Fault } from '@/shared/graphql/errors';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { fieldPlace } from './fieldPlace';
import { useDataFaultWords } from './useTell';

/** Puts a refusal at the fields of a form; what belongs to none of them is said at the top of the page. */
export function useFormFault<Values>(form: FormInstance<Values>) {
  const { message } = App.useApp();
  const ofFault = useDataFaultWords();
  const words = useFieldWords('data');
  return (fault: Fault) => {
    const fields = fault.fields.map((field) => ({
      name: fieldPlace(field.path),
      errors: [words(field)],
    }));
    const placed = fields.filter(({ name }) => form.getFieldInstance(name as never) !== undefined);
    form.setFields(placed as never);
    const [first] = fields.filter((field) => !placed.includes(field));
    if (first) void message.error(first.errors[0]);
    else if (placed.length === 0) void message.error(ofFault(fault));
  };
}
