import { Radio, Tag } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './wizard.module.css';

export interface Choice<Value extends string> {
  value: Value;
  label: string;
  /** What choosing it means. */
  text: string;
  /** Why it cannot be chosen now; it can be when absent. */
  unavailable?: string;
}

interface ChoiceCardsProps<Value extends string> {
  id?: string;
  name: string;
  value?: Value | null;
  onChange?: (value: Value) => void;
  choices: readonly Choice<Value>[];
}

/** A few choices, each with what it means; those that cannot be chosen say why. */
export function ChoiceCards<Value extends string>({
  id,
  name,
  value,
  onChange,
  choices,
}: ChoiceCardsProps<Value>) {
  const { t } = useTranslation('wizard');
  const base = useId();
  return (
    <Radio.Group
      {...(id ? { id } : {})}
      name={`${base}-${name}`}
      aria-label={name}
      value={value ?? null}
      onChange={(event) => onChange?.(event.target.value as Value)}
      className={styles.choices ?? ''}
      style={{ display: 'grid' }}
    >
      {choices.map((choice) => {
        const tone = choice.unavailable
          ? styles.unavailable
          : choice.value === value
            ? styles.chosen
            : '';
        return (
          <div key={choice.value} className={`${styles.choice} ${tone}`}>
            <Radio
              value={choice.value}
              disabled={choice.unavailable !== undefined}
              aria-describedby={`${base}-${choice.value}`}
            >
              {choice.label}
              {choice.unavailable && (
                <Tag style={{ marginInlineStart: 8 }}>{t('choice.unavailable')}</Tag>
              )}
            </Radio>
            <div id={`${base}-${choice.value}`} className={styles.choiceText}>
              {choice.text}
              {choice.unavailable && <div>{choice.unavailable}</div>}
            </div>
          </div>
        );
      })}
    </Radio.Group>
  );
}
