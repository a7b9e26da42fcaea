import { Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import styles from './imports.module.css';
import { IMPORT_KINDS, type ImportKind } from './importWords';

interface KindChoiceProps {
  kind: ImportKind | undefined;
  onChoose: (kind: ImportKind) => void;
}

/** What a file brings: four cards, one of them chosen. */
export function KindChoice({ kind, onChoose }: KindChoiceProps) {
  const { t } = useTranslation('data');
  return (
    <Radio.Group
      name="import-kind"
      aria-label={t('wizard.step.kind')}
      className={styles.kinds ?? ''}
      value={kind ?? null}
      onChange={(event) => onChoose(event.target.value as ImportKind)}
    >
      {IMPORT_KINDS.map((value) => (
        <Radio key={value} value={value} className={styles.kind ?? ''}>
          <strong>{t(`importKind.${value}`)}</strong>
          <span className="secondary">{t(`importKindHint.${value}`)}</span>
        </Radio>
      ))}
    </Radio.Group>
  );
}
