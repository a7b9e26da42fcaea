import { AutoComplete, Button, Checkbox, Flex, Form, Input, Select, Table, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IdType } from '../ids/idQueries';
import { useIdTypeName } from '../ids/useIdTypeName';
import { COLUMN_TYPES } from '../properties/propertyQueries';
import type { CsvPreview } from './csvPreview';
import {
  guessMapping,
  type MappedColumn,
  type MappingForm,
  spokenFor,
  type TargetTable,
} from './guessMapping';
import styles from './imports.module.css';
import type { ImportKind } from './importWords';
import { checkMapping } from './toMapping';

interface MappingEditorProps {
  kind: ImportKind;
  preview: CsvPreview;
  idTypes: readonly IdType[];
  table: TargetTable | undefined;
  /** What the server said, by the place in the mapping. */
  refusals: Record<string, string>;
  busy: boolean;
  disabled: boolean;
  onStart: (mapping: MappingForm) => void;
}

/** Which column is what: first guessed from the file, then corrected by a person. */
export function MappingEditor({
  kind,
  preview,
  idTypes,
  table,
  refusals,
  busy,
  disabled,
  onStart,
}: MappingEditorProps) {
  const { t } = useTranslation('data');
  const [form, setForm] = useState(() =>
    guessMapping(preview, kind, { idTypes: idTypes.map(({ code }) => code), table }),
  );
  const idTypeName = useIdTypeName();
  const [isTried, setIsTried] = useState(false);
  const missing = isTried ? checkMapping(form, kind) : {};
  const change = (next: Partial<MappingForm>) => setForm((old) => ({ ...old, ...next }));
  const errorAt = (place: string) =>
    missing[place] ? t(`rule.${missing[place]}`) : refusals[place];

  function start() {
    setIsTried(true);
    if (Object.keys(checkMapping(form, kind)).length === 0) onStart(form);
  }

  const headers = preview.header.map((value) => ({ value, label: value }));
  const columnSelect = (
    place:
      | 'personColumn'
      | 'timeColumn'
      | 'eventColumn'
      | 'messageColumn'
      | 'tagColumn'
      | 'valueColumn',
  ) => (
    <Select
      id={`mapping-${place}`}
      allowClear={place !== 'personColumn'}
      showSearch
      placeholder={t('wizard.noColumn')}
      value={form[place] || null}
      options={headers}
      onChange={(value: string | null) => change({ [place]: value ?? undefined })}
    />
  );
  const part = (place: string, label: string, control: ReactNode, extra?: string) => (
    <Form.Item
      key={place}
      label={label}
      htmlFor={`mapping-${place}`}
      extra={extra}
      validateStatus={errorAt(place) ? 'error' : ''}
      help={errorAt(place)}
    >
      {control}
    </Form.Item>
  );

  return (
    <Form name="mapping" layout="vertical" component="div">
      <div className={styles.parts}>
        {part('personColumn', t('mapping.personColumn'), columnSelect('personColumn'))}
        {part(
          'idType',
          t('mapping.idType'),
          <Select
            id="mapping-idType"
            value={form.idType || null}
            disabled={table !== undefined}
            options={idTypes.map(({ code, name }) => ({
              value: code,
              label: `${idTypeName(code, name)} (${code})`,
            }))}
            onChange={(idType: string) => change({ idType })}
          />,
          table ? t('mapping.idTypeOfTable') : undefined,
        )}
        {kind === 'ROWS' &&
          part(
            'timeColumn',
            t('mapping.dateColumn'),
            columnSelect('timeColumn'),
            t('mapping.dateHint', { name: table?.dateColumn ?? '' }),
          )}
        {kind === 'EVENTS' && (
          <>
            {part(
              'timeColumn',
              t('mapping.timeColumn'),
              columnSelect('timeColumn'),
              t('mapping.timeHint'),
            )}
            {part('eventColumn', t('mapping.eventColumn'), columnSelect('eventColumn'))}
            {!form.eventColumn &&
              part(
                'event',
                t('mapping.event'),
                <Input
                  id="mapping-event"
                  autoComplete="off"
                  maxLength={200}
                  placeholder="purchase"
                  value={form.event ?? ''}
                  onChange={(event) => change({ event: event.target.value })}
                />,
                t('mapping.eventHint'),
              )}
            {part(
              'messageColumn',
              t('mapping.messageColumn'),
              columnSelect('messageColumn'),
              t('mapping.messageHint'),
            )}
          </>
        )}
        {kind === 'TAGS' && (
          <>
            {part(
              'tagColumn',
              t('mapping.tagColumn'),
              columnSelect('tagColumn'),
              t('mapping.tagHint'),
            )}
            {form.tagColumn &&
              part('valueColumn', t('mapping.valueColumn'), columnSelect('valueColumn'))}
          </>
        )}
      </div>
      <ColumnTable
        kind={kind}
        preview={preview}
        form={form}
        table={table}
        errorAt={errorAt}
        onChange={(header, next) =>
          change({
            columns: form.columns.map((column) =>
              column.header === header ? { ...column, ...next } : column,
            ),
          })
        }
      />
      <Flex justify="end" style={{ marginBlockStart: 16 }}>
        <Button type="primary" loading={busy} disabled={disabled} onClick={start}>
          {t('wizard.start')}
        </Button>
      </Flex>
    </Form>
  );
}

interface ColumnTableProps {
  kind: ImportKind;
  preview: CsvPreview;
  form: MappingForm;
  table: TargetTable | undefined;
  errorAt: (place: string) => string | undefined;
  onChange: (header: string, next: Partial<MappedColumn>) => void;
}

const SAMPLES = 4;

/** The columns one by one: taken or left out, under which name, as what type. */
function ColumnTable({ kind, preview, form, table, errorAt, onChange }: ColumnTableProps) {
  const { t } = useTranslation('data');
  const spoken = spokenFor(form);
  const samples = (header: string) =>
    preview.rows
      .slice(0, SAMPLES)
      .map((row) => row[preview.header.indexOf(header)] ?? '')
      .join(' · ');
  const isUsed = (header: string) =>
    spoken.includes(header) || (kind === 'TAGS' && form.tagColumn !== undefined);

  return (
    <Table<MappedColumn>
      rowKey="header"
      size="small"
      dataSource={form.columns}
      pagination={form.columns.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      scroll={{ x: 760 }}
      columns={[
        {
          title: t('mapping.take'),
          key: 'take',
          width: 70,
          render: (_value, { header, isTaken }) => (
            <Checkbox
              aria-label={t('mapping.takeOf', { name: header })}
              checked={spoken.includes(header) || (isTaken && !isUsed(header))}
              disabled={isUsed(header)}
              onChange={(event) => onChange(header, { isTaken: event.target.checked })}
            />
          ),
        },
        {
          title: t('mapping.header'),
          dataIndex: 'header',
          rowScope: 'row',
          render: (header: string) => <span className="mono-id">{header}</span>,
        },
        {
          title: t('mapping.samples'),
          key: 'samples',
          render: (_value, { header }) => (
            <div className={styles.samples} title={samples(header)}>
              {samples(header)}
            </div>
          ),
        },
        {
          title: t('mapping.name'),
          key: 'name',
          width: 220,
          render: (_value, { header, name, isTaken }) => {
            if (spoken.includes(header))
              return <Typography.Text type="secondary">{t('mapping.hasPart')}</Typography.Text>;
            if (isUsed(header) || !isTaken)
              return <Typography.Text type="secondary">{t('mapping.leftOut')}</Typography.Text>;
            const error = errorAt(
              `columns.${form.columns.findIndex((column) => column.header === header)}.name`,
            );
            return (
              <>
                <AutoComplete
                  style={{ width: '100%' }}
                  aria-label={t('mapping.nameOf', { name: header })}
                  status={error ? 'error' : ''}
                  value={name}
                  options={(table?.columns ?? [])
                    .filter((column) => column.name !== table?.personColumn)
                    .map((column) => ({ value: column.name }))}
                  onChange={(next: string) => onChange(header, { name: next })}
                />
                {error && <Typography.Text type="danger">{error}</Typography.Text>}
              </>
            );
          },
        },
        {
          title: t('mapping.type'),
          key: 'type',
          width: 150,
          render: (_value, { header, name, type, isTaken }) => {
            if (isUsed(header) || !isTaken) return null;
            const known = table?.columns.find((column) => column.name === name.trim());
            return (
              <Select
                style={{ width: '100%' }}
                aria-label={t('mapping.typeOf', { name: header })}
                disabled={known !== undefined}
                value={known?.type ?? type}
                options={COLUMN_TYPES.map((value) => ({ value, label: t(`type.${value}`) }))}
                onChange={(next) => onChange(header, { type: next })}
              />
            );
          },
        },
      ]}
    />
  );
}
