import { Empty, Input, Menu, Modal, Tag, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Catalogue, type Field, matchesText } from './catalogue';
import { LEAF_KINDS, type LeafKind, newLeaf } from './newNode';
import { useRuleContext } from './RuleContext';
import styles from './rules.module.css';
import type { Leaf, PropertyType } from './ruleTypes';

interface ConditionPickerProps {
  onPick: (leaf: Leaf) => void;
  onClose: () => void;
}

interface Choice {
  key: string;
  label: string;
  hint: string;
  type?: PropertyType;
  field?: Field;
}

/** What a condition can be about, by kind, to be searched. */
export function ConditionPicker({ onPick, onClose }: ConditionPickerProps) {
  const { t } = useTranslation('rules');
  const { catalogue, without } = useRuleContext();
  const [kind, setKind] = useState<LeafKind>('ATTRIBUTE');
  const [text, setText] = useState('');
  const choices = choicesOf(kind, catalogue, without).filter(({ label, hint }) =>
    matchesText(text, label, hint),
  );
  return (
    <Modal open title={t('picker.title')} footer={null} width={680} onCancel={onClose}>
      <div className={styles.picker}>
        <nav aria-label={t('picker.kinds')}>
          <Menu
            selectedKeys={[kind]}
            style={{ borderInlineEnd: 'none' }}
            onClick={({ key }) => setKind(LEAF_KINDS.find((one) => one === key) ?? 'ATTRIBUTE')}
            items={LEAF_KINDS.map((key) => ({ key, label: t(`kind.${key}`) }))}
          />
        </nav>
        <div style={{ minWidth: 0 }}>
          <Input
            type="search"
            autoFocus
            allowClear
            aria-label={t('picker.search')}
            placeholder={t('picker.search')}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Typography.Paragraph type="secondary" style={{ margin: '8px 0 0', fontSize: 13 }}>
            {t(`kindHint.${kind}`)}
          </Typography.Paragraph>
          {choices.length === 0 ? (
            <Empty
              image={null}
              style={{ marginTop: 48 }}
              description={
                text ? (
                  t('picker.noneFound', { text, kind: t(`kind.${kind}`) })
                ) : (
                  <>
                    {t('picker.none', { kind: t(`kind.${kind}`) })}
                    <br />
                    {t('picker.later')}
                  </>
                )
              }
            />
          ) : (
            <ul className={styles.pickerList} aria-label={t(`kind.${kind}`)}>
              {choices.map(({ key, label, hint, type, field }) => (
                <li key={key}>
                  <button
                    type="button"
                    className={styles.pickerItem}
                    onClick={() => onPick(newLeaf(kind, key, field))}
                  >
                    <span className={styles.pickerName}>{label}</span>
                    <span className={styles.pickerKey}>{hint === label ? '' : hint}</span>
                    {type && (
                      <Tag style={{ margin: 0, color: 'rgba(0,0,0,.65)' }}>{t(`type.${type}`)}</Tag>
                    )}
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </Modal>
  );
}

function choicesOf(kind: LeafKind, catalogue: Catalogue, without: readonly string[]): Choice[] {
  switch (kind) {
    case 'ATTRIBUTE':
    case 'TAG':
      return (kind === 'TAG' ? catalogue.tags : catalogue.attributes)
        .filter(({ enabled, type }) => enabled && type !== 'OBJECT')
        .map((field) => ({
          key: field.name,
          label: field.label,
          hint: field.name,
          type: field.type,
          field,
        }));
    case 'EVENT':
    case 'SEQUENCE':
    case 'ROWS':
      return (kind === 'ROWS' ? catalogue.tables : catalogue.events)
        .filter(({ enabled }) => enabled)
        .map(({ name, label }) => ({ key: name, label, hint: name }));
    case 'SEGMENT':
      return catalogue.segments
        .filter(({ key }) => !without.includes(key))
        .map(({ key, label }) => ({ key, label, hint: label }));
    case 'IDENTITY':
      return catalogue.idTypes.map(({ key, label }) => ({ key, label, hint: key }));
  }
}
