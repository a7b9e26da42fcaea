import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { SuggestValuesQuery, type ValueSource } from './suggestValues';
import { useDebounced } from './useDebounced';

interface TextValuesProps {
  values: readonly string[];
  onChange: (values: string[]) => void;
  source: ValueSource;
}

const REST_MS = 300;

/** Several texts, typed or picked from what the data holds. */
export function TextValues({ values, onChange, source }: TextValuesProps) {
  const { t } = useTranslation('rules');
  const [typed, setTyped] = useState('');
  const [isOpen, setIsOpen] = useState(false);
  const search = useDebounced(typed, REST_MS);
  const [{ data, fetching }] = useQuery({
    query: SuggestValuesQuery,
    variables: { ...source, search: search || null },
    pause: !isOpen || source.name === '',
  });
  const options = (data?.suggestValues ?? []).flatMap(({ value, count }) =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [{ text: String(value), count }] : [],
  );
  return (
    <Select
      mode="tags"
      aria-label={t('control.value')}
      placeholder={t('control.textsHint')}
      value={[...values]}
      loading={fetching}
      open={isOpen && options.length > 0}
      onOpenChange={setIsOpen}
      onSearch={setTyped}
      onChange={(next) => {
        setTyped('');
        onChange(next);
      }}
      tokenSeparators={['\n', '\t', '，', ',']}
      filterOption={false}
      maxTagTextLength={40}
      style={{ minWidth: 260, flex: 1, maxWidth: 560 }}
      options={options.map(({ text }) => ({ value: text, label: text }))}
      optionRender={({ value }) => {
        const count = options.find(({ text }) => text === value)?.count;
        return (
          <span style={{ display: 'flex', justifyContent: 'space-between', gap: 12 }}>
            <span style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>{value}</span>
            {count !== undefined && <span className="secondary">{count.toLocaleString()}</span>}
          </span>
        );
      }}
    />
  );
}
