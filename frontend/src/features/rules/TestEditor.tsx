import { Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { COMPARATORS, operandOf, TESTS_OF, withWord } from './operators';
import styles from './rules.module.css';
import type { PropertyType, Test, Value } from './ruleTypes';
import type { ValueSource } from './suggestValues';
import { TextValues } from './TextValues';
import { WindowEditor } from './WindowEditor';

interface TestEditorProps {
  test: Test;
  onChange: (test: Test) => void;
  type: PropertyType;
  source: ValueSource;
  path: string;
}

/** An operator that the type allows, with what stands behind it. */
export function TestEditor({ test, onChange, type, source, path }: TestEditorProps) {
  const { t } = useTranslation('rules');
  const words = TESTS_OF[type].includes(test.test)
    ? TESTS_OF[type]
    : [test.test, ...TESTS_OF[type]];
  return (
    <>
      <Select
        aria-label={t('control.test')}
        value={test.test}
        onChange={(word) => onChange(withWord(word, test))}
        popupMatchSelectWidth={false}
        style={{ minWidth: 120 }}
        options={words.map((word) => ({ value: word, label: t(`test.${word}`) }))}
      />
      <Operand test={test} onChange={onChange} source={source} path={path} />
    </>
  );
}

interface OperandProps {
  test: Test;
  onChange: (test: Test) => void;
  source: ValueSource;
  path: string;
}

function Operand({ test, onChange, source, path }: OperandProps) {
  const { t } = useTranslation('rules');
  const values = test.values ?? [];
  switch (operandOf(test.test)) {
    case 'texts':
      return (
        <TextValues
          values={values.map(String)}
          onChange={(next) => onChange({ ...test, values: next })}
          source={source}
        />
      );
    case 'text':
      return (
        <Input
          aria-label={t('control.value')}
          placeholder={t('control.textHint')}
          value={String(values[0] ?? '')}
          maxLength={500}
          onChange={(event) => onChange({ ...test, values: [event.target.value] })}
          style={{ width: 260 }}
        />
      );
    case 'number':
    case 'range':
      return <NumberOperand test={test} onChange={onChange} />;
    case 'window':
      return (
        <WindowEditor
          use="value"
          window={test.window}
          onChange={(window) => onChange({ ...test, window })}
          path={`${path}.window`}
        />
      );
    case 'none':
      return null;
  }
}

interface NumberOperandProps {
  test: Test;
  onChange: (test: Test) => void;
}

function NumberOperand({ test, onChange }: NumberOperandProps) {
  const { t } = useTranslation('rules');
  const [from = null, to = null] = test.values ?? [];
  const shown = (value: Value) => (typeof value === 'number' ? value : null);
  if (test.test !== 'BETWEEN')
    return (
      <InputNumber
        aria-label={t('control.value')}
        value={shown(from)}
        onChange={(value) => onChange({ ...test, values: [value] })}
        style={{ width: 120 }}
      />
    );
  return (
    <span className={styles.line}>
      <InputNumber
        aria-label={t('control.valueFrom')}
        value={shown(from)}
        onChange={(value) => onChange({ ...test, values: [value, to] })}
        style={{ width: 110 }}
      />
      <span className={styles.between}>–</span>
      <InputNumber
        aria-label={t('control.valueTo')}
        value={shown(to)}
        onChange={(value) => onChange({ ...test, values: [from, value] })}
        style={{ width: 110 }}
      />
    </span>
  );
}

/** How a measure is compared with a number. */
export function CompareEditor({ test, onChange }: NumberOperandProps) {
  const { t } = useTranslation('rules');
  return (
    <>
      <Select
        aria-label={t('control.compare')}
        value={test.test}
        onChange={(word) => onChange(withWord(word, test))}
        popupMatchSelectWidth={false}
        style={{ minWidth: 112 }}
        options={COMPARATORS.map((word) => ({ value: word, label: t(`test.${word}`) }))}
      />
      <NumberOperand test={test} onChange={onChange} />
    </>
  );
}
