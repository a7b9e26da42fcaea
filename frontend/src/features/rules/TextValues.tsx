import { Select } from 'antd';
import { type KeyboardEvent, useRef, useState } from 'react';
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
  // Whether somebody went into the list with the arrows since they typed.
  const hasMoved = useRef(false);
  const search = useDebounced(typed.trim(), REST_MS);
  const [{ data, fetching }] = useQuery({
    query: SuggestValuesQuery,
    variables: { ...source, search: search || null },
    pause: !isOpen || source.name === '',
  });
  const options = (data?.suggestValues ?? []).flatMap(({ value, count }) =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [{ text: String(value), count }] : [],
  );

  /** Enter takes what was typed: the suggestions may still be those of a moment ago. */
  function takeTyped(event: KeyboardEvent) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') hasMoved.current = true;
    const text = typed.trim();
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || hasMoved.current) return;
    if (text === '') return;
    event.preventDefault();
    event.stopPropagation();
    setTyped('');
    if (!values.includes(text)) onChange([...values, text]);
  }

  return (
    <span onKeyDownCapture={takeTyped} style={{ display: 'flex', flex: 1, maxWidth: 560 }}>
      <Select
        mode="tags"
        aria-label={t('control.value')}
        placeholder={t('control.textsHint')}
        value={[...values]}
        loading={fetching}
        open={isOpen && (options.length > 0 || typed !== '')}
        onOpenChange={setIsOpen}
        showSearch={{
          searchValue: typed,
          filterOption: false,
          onSearch: (text) => {
            hasMoved.current = false;
            setTyped(text);
          },
        }}
        onChange={(next) => {
          hasMoved.current = false;
          setTyped('');
          onChange(next);
        }}
        tokenSeparators={['\n', '\t', '，', ',']}
        maxTagTextLength={40}
        style={{ minWidth: 240, flex: 1 }}
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
    </span>
  );
}
