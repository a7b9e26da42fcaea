import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '@/shared/graphql/graphql';
import { nodesOf } from '@/shared/graphql/nodesOf';

const SubjectsQuery = graphql(`
  query SegmentSubjects {
    subjects(first: 100) { edges { node { id code name } } }
  }
`);

interface SubjectSelectProps {
  id?: string;
  value?: string;
  onChange?: (code: string) => void;
  disabled?: boolean;
}

/** People, or another subject of the project (R12). */
export function SubjectSelect({ id, value, onChange, disabled = false }: SubjectSelectProps) {
  const { t } = useTranslation('segments');
  const [{ data, fetching }] = useQuery({ query: SubjectsQuery });
  return (
    <Select
      {...(id ? { id } : {})}
      loading={fetching}
      disabled={disabled}
      value={value ?? 'user'}
      onChange={(code) => onChange?.(code)}
      options={[
        { value: 'user', label: t('user') },
        ...nodesOf(data?.subjects).map(({ code, name }) => ({ value: code, label: name })),
      ]}
    />
  );
}
