import { DeleteOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import {
  App,
  Button,
  DatePicker,
  Flex,
  Form,
  Input,
  InputNumber,
  Modal,
  Select,
  Typography,
} from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import { DeclaredValuesQuery, UpdatePerson } from './personQuery';
import type { PersonValue, ValueKind } from './ValueCard';
import { changedValues, type PropertyType } from './values';

interface ValueDialogProps {
  kind: ValueKind;
  personId: string;
  values: readonly PersonValue[];
  onClose: () => void;
}

/** Sets the attributes or tags of one person by hand; what is cleared is taken away. */
export function ValueDialog({ kind, personId, values, onClose }: ValueDialogProps) {
  const { t } = useTranslation('people');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const { ofField } = useFaultWords();
  const update = useAct(UpdatePerson);
  const [{ data }] = useQuery({
    query: DeclaredValuesQuery,
    variables: { owner: kind === 'tags' ? 'TAG' : 'ATTRIBUTE' },
  });
  const [drafts, setDrafts] = useState<readonly PersonValue[]>(values);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const left = nodesOf(data?.properties).filter(
    ({ name }) => !drafts.some((draft) => draft.name === name),
  );

  function change(name: string, value: unknown) {
    setDrafts(drafts.map((draft) => (draft.name === name ? { ...draft, value } : draft)));
    setErrors(({ [name]: _solved, ...rest }) => rest);
  }

  async function save() {
    const found: Record<string, string> = {};
    for (const { name, type, value } of drafts)
      if (value instanceof Unreadable && isCheckable(type)) found[name] = t(`edit.bad.${type}`);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    const changes = changedValues(valuesByName(values), valuesByName(drafts));
    if (!changes) {
      void message.info(t('edit.nothing'));
      return onClose();
    }
    const { fault } = await update.act({ id: personId, [kind]: changes });
    if (fault) {
      const named = fault.fields.filter(({ path }) => path.startsWith(`${kind}.`));
      setErrors(
        Object.fromEntries(
          named.map((field) => [field.path.slice(kind.length + 1), ofField(field)]),
        ),
      );
      if (named.length === 0) update.tell(fault);
      return;
    }
    void message.success(t('edit.saved'));
    onClose();
  }

  return (
    <Modal
      open
      width={560}
      title={t(kind === 'tags' ? 'person.editTags' : 'person.editAttributes')}
      okText={tc('action.save')}
      cancelText={tc('action.cancel')}
      confirmLoading={update.busy}
      onOk={() => void save()}
      onCancel={onClose}
    >
      <Form name={`person-${kind}`} layout="vertical" component="div">
        {drafts.map(({ name, displayName, type, value }) => (
          <Form.Item
            key={name}
            label={displayName || name}
            htmlFor={`person-value-${name}`}
            style={{ marginBlockEnd: 12 }}
            validateStatus={errors[name] ? 'error' : ''}
            help={errors[name]}
          >
            <Flex gap="small">
              <div style={{ flex: 1 }}>
                <ValueInput
                  id={`person-value-${name}`}
                  type={type}
                  value={value}
                  onChange={(next) => change(name, next)}
                />
              </div>
              <Button
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t('edit.remove', { name: displayName || name })}
                onClick={() => setDrafts(drafts.filter((draft) => draft.name !== name))}
              />
            </Flex>
          </Form.Item>
        ))}
        <Form.Item label={t('edit.add')} htmlFor="person-value-add">
          <Select
            id="person-value-add"
            showSearch={{ optionFilterProp: 'label' }}
            value={null}
            placeholder={t('edit.addHint')}
            options={left.map(({ name, displayName }) => ({
              value: name,
              label: displayName && displayName !== name ? `${displayName} (${name})` : name,
            }))}
            onChange={(name: string | null) => {
              const picked = left.find((one) => one.name === name);
              if (picked) setDrafts([...drafts, { ...picked, value: START[picked.type] }]);
            }}
          />
        </Form.Item>
      </Form>
      <Typography.Text type="secondary">
        <Link to="/data/attributes" search={kind === 'tags' ? { owner: 'TAG' } : {}}>
          {t('edit.undeclared')}
        </Link>
      </Typography.Text>
    </Modal>
  );
}

/** Stands for what somebody typed that is no value of the type. */
class Unreadable {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const START: Record<PropertyType, unknown> = {
  TEXT: '',
  NUMBER: new Unreadable(''),
  BOOLEAN: true,
  DATE: new Unreadable(''),
  DATETIME: new Unreadable(''),
  LIST: [],
  OBJECT: {},
};

function isCheckable(type: PropertyType): type is 'NUMBER' | 'DATE' | 'DATETIME' | 'OBJECT' {
  return type === 'NUMBER' || type === 'DATE' || type === 'DATETIME' || type === 'OBJECT';
}

function valuesByName(values: readonly PersonValue[]) {
  return Object.fromEntries(values.map(({ name, value }) => [name, value]));
}

interface ValueInputProps {
  id: string;
  type: PropertyType;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** The control of a type. */
function ValueInput({ id, type, value, onChange }: ValueInputProps) {
  const { t } = useTranslation('people');
  const time = useTime();
  const wide = { width: '100%' };
  const instant = typeof value === 'string' && dayjs(value).isValid() ? value : null;
  switch (type) {
    case 'NUMBER':
      return (
        <InputNumber
          id={id}
          style={wide}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange(next ?? new Unreadable(''))}
        />
      );
    case 'BOOLEAN':
      return (
        <Select
          id={id}
          style={wide}
          value={value === true}
          options={[
            { value: true, label: t('value.yes') },
            { value: false, label: t('value.no') },
          ]}
          onChange={onChange}
        />
      );
    case 'DATE':
      return (
        <DatePicker
          id={id}
          style={wide}
          value={instant ? dayjs(instant) : null}
          onChange={(next: Dayjs | null) =>
            onChange(next ? next.format('YYYY-MM-DD') : new Unreadable(''))
          }
        />
      );
    case 'DATETIME':
      return (
        <DatePicker
          id={id}
          showTime
          style={wide}
          value={instant ? time.toPicker(instant) : null}
          onChange={(next: Dayjs | null) =>
            onChange(next ? time.fromPicker(next) : new Unreadable(''))
          }
        />
      );
    case 'LIST':
      return (
        <Select
          id={id}
          mode="tags"
          style={wide}
          open={false}
          suffixIcon={null}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
        />
      );
    case 'OBJECT':
      return (
        <Input.TextArea
          id={id}
          className="mono-id"
          autoSize={{ minRows: 2, maxRows: 8 }}
          value={value instanceof Unreadable ? value.text : JSON.stringify(value)}
          onChange={(event) => onChange(readObject(event.target.value))}
        />
      );
    case 'TEXT':
      return (
        <Input
          id={id}
          value={typeof value === 'string' ? value : JSON.stringify(value)}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

function readObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Half-typed JSON is kept as it is until it can be read.
  }
  return new Unreadable(text);
}
