import { Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Field, matchesText, type Named } from './catalogue';

interface FieldSelectProps {
  label: string;
  fields: readonly Field[];
  value: string;
  onChange: (name: string) => void;
  allowClear?: string;
}

/** A field by its display name, with its type; those that are off are offered no more. */
export function FieldSelect({ label, fields, value, onChange, allowClear }: FieldSelectProps) {
  const { t } = useTranslation('rules');
  const shown = fields.filter(
    ({ enabled, type, name }) => name === value || (enabled && type !== 'OBJECT'),
  );
  return (
    <Select
      aria-label={label}
      placeholder={allowClear ?? t('control.pickOne')}
      value={value || null}
      allowClear={allowClear !== undefined}
      onChange={(name) => onChange(name ?? '')}
      showSearch={{
        filterOption: (text, option) => {
          const field = shown.find(({ name }) => name === option?.value);
          return field !== undefined && matchesText(text, field.label, field.name);
        },
      }}
      popupMatchSelectWidth={false}
      style={{ minWidth: 150, maxWidth: 280 }}
      options={[
        ...shown.map((field) => ({ value: field.name, label: field.label })),
        ...(value && !shown.some(({ name }) => name === value) ? [{ value, label: value }] : []),
      ]}
      optionRender={(option) => {
        const field = shown.find(({ name }) => name === option.value);
        return (
          <span style={{ display: 'flex', justifyContent: 'space-between', gap: 16 }}>
            <span>{field?.label ?? option.value}</span>
            {field && (
              <Tag style={{ margin: 0, color: 'rgba(0,0,0,.65)' }}>{t(`type.${field.type}`)}</Tag>
            )}
          </span>
        );
      }}
    />
  );
}

interface SourceSelectProps {
  label: string;
  sources: readonly { name: string; label: string; enabled: boolean }[];
  value: string;
  onChange: (name: string) => void;
}

/** An event or a table by its display name. */
export function SourceSelect({ label, sources, value, onChange }: SourceSelectProps) {
  return (
    <NamedSelect
      label={label}
      named={sources
        .filter(({ enabled, name }) => enabled || name === value)
        .map((source) => ({ key: source.name, label: source.label }))}
      value={value}
      onChange={onChange}
    />
  );
}

interface NamedSelectProps {
  label: string;
  named: readonly Named[];
  value: string;
  onChange: (key: string) => void;
}

export function NamedSelect({ label, named, value, onChange }: NamedSelectProps) {
  const { t } = useTranslation('rules');
  return (
    <Select
      aria-label={label}
      placeholder={t('control.pickOne')}
      value={value || null}
      onChange={(key) => onChange(key ?? '')}
      showSearch={{
        filterOption: (text, option) =>
          matchesText(text, String(option?.label ?? ''), String(option?.value ?? '')),
      }}
      popupMatchSelectWidth={false}
      style={{ minWidth: 150, maxWidth: 320 }}
      options={[
        ...named.map(({ key, label: text }) => ({ value: key, label: text })),
        ...(value && !named.some(({ key }) => key === value) ? [{ value, label: value }] : []),
      ]}
    />
  );
}
