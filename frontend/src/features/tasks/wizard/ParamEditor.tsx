import { CodeOutlined } from '@ant-design/icons';
import {
  Alert,
  Button,
  Flex,
  Form,
  Input,
  type InputRef,
  Radio,
  Select,
  Tag,
  Tooltip,
  Typography,
} from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '@/shared/graphql/graphql';
import { countCharacters, fixedLength, previewOf, variablesOf } from './contentText';
import { type EventField, unknownNames } from './eventFields';
import { VariableDialog } from './VariableDialog';
import { limitFor, VALUE_KINDS } from './valueKinds';
import { useWizard } from './WizardContext';
import type { WizardTemplate } from './WizardTemplate';
import styles from './wizard.module.css';

type Field = ResultOf<typeof WizardTemplate>['fields'][number];

interface ParamEditorProps {
  field: Field;
  /** Properties of the triggering event; null where there is none. */
  eventFields: readonly EventField[] | null;
}

/** One parameter of the template: its text, how long it is, and what happens when it is too long. */
export function ParamEditor({ field, eventFields }: ParamEditorProps) {
  const { t } = useTranslation('wizard');
  const { values, rules, patch } = useWizard();
  const input = useRef<InputRef>(null);
  const [isInserting, setIsInserting] = useState(false);
  const param = values.content[field.key] ?? { text: '', overlong: 'DROP' as const };
  const path = `content.${field.key}.text`;
  const count = countOf(field, param.text);
  const unknown = unknownNames(param.text, eventFields);

  function insert(written: string) {
    const element = input.current?.input;
    const start = element?.selectionStart ?? param.text.length;
    const end = element?.selectionEnd ?? start;
    const text = param.text.slice(0, start) + written + param.text.slice(end);
    patch({ content: { ...values.content, [field.key]: { ...param, text } } });
    setIsInserting(false);
  }

  return (
    <fieldset className={styles.param} aria-label={field.label}>
      <Form.Item
        name={['content', field.key, 'text']}
        label={
          <Flex gap="small" align="center">
            {field.label}
            <Tag style={{ margin: 0 }}>{kindText(t, field.kind)}</Tag>
          </Flex>
        }
        required
        validateFirst
        rules={rules(path)}
        {...(count
          ? {
              extra: (
                <Typography.Text type={count.count > count.limit ? 'danger' : 'secondary'}>
                  {t(count.isExact ? 'content.count' : 'content.countAtLeast', count)}
                </Typography.Text>
              ),
            }
          : {})}
      >
        {field.enum.length > 0 ? (
          <Select
            options={field.enum.map((value) => ({ value, label: value }))}
            placeholder={t('content.choose')}
          />
        ) : (
          <Input
            ref={input}
            autoComplete="off"
            placeholder={t('content.example', {
              example: VALUE_KINDS[field.kind]?.example ?? field.label,
            })}
            suffix={
              <Tooltip title={t('variable.title')}>
                <Button
                  type="text"
                  size="small"
                  icon={<CodeOutlined aria-hidden />}
                  aria-label={t('variable.insertInto', { label: field.label })}
                  onClick={() => setIsInserting(true)}
                />
              </Tooltip>
            }
          />
        )}
      </Form.Item>
      {field.enum.length === 0 && (
        <Form.Item
          name={['content', field.key, 'overlong']}
          label={t('content.overlong')}
          layout="horizontal"
          initialValue="DROP"
          {...(field.truncatable ? {} : { extra: t('content.notCut') })}
        >
          <Radio.Group
            options={[
              { value: 'DROP', label: t('content.DROP') },
              { value: 'TRUNCATE', label: t('content.TRUNCATE'), disabled: !field.truncatable },
            ]}
          />
        </Form.Item>
      )}
      {unknown.map((name) => (
        <Alert
          key={name}
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={t('variable.eventUnknown', { name })}
        />
      ))}
      {isInserting && (
        <VariableDialog
          eventFields={eventFields}
          onInsert={insert}
          onClose={() => setIsInserting(false)}
        />
      )}
    </fieldset>
  );
}

/** How much of the kind's limit is used; with variables only what is certain, or their defaults. */
function countOf(field: Field, text: string) {
  const shown = previewOf(text);
  const limit = limitFor(field.kind, field.maxLength, shown);
  if (limit === null) return null;
  const variables = variablesOf(text);
  const isKnown = variables.every((variable) => variable.fallback !== null);
  const count = isKnown ? countCharacters(shown) : fixedLength(text);
  return { count, limit, isExact: variables.length === 0 };
}

function kindText(t: ReturnType<typeof useTranslation<'wizard'>>['t'], kind: string): string {
  const known = [
    'thing',
    'number',
    'letter',
    'symbol',
    'character_string',
    'time',
    'date',
    'amount',
    'phone_number',
    'car_number',
    'name',
    'phrase',
    'enum',
    'enum_string',
    'const',
  ] as const;
  const found = known.find((candidate) => candidate === kind);
  return found ? t(`kind.${found}`) : kind;
}
