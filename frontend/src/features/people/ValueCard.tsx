import { EditOutlined, WarningOutlined } from '@ant-design/icons';
import { Button, Card, Tag, Tooltip, Typography } from 'antd';
import { Fragment, lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/features/session/session';
import styles from './people.module.css';
import type { PersonData } from './personQuery';
import { useValueText } from './useValueText';
import { fitsType, plainText } from './values';

const ValueDialog = lazy(async () => ({ default: (await import('./ValueDialog')).ValueDialog }));

export type ValueKind = 'attributes' | 'tags';
export type PersonValue = PersonData['attributes'][number];

interface ValueCardProps {
  kind: ValueKind;
  personId: string;
  values: readonly PersonValue[];
}

/** The attributes or the tags of a person, each shown as its type wants it. */
export function ValueCard({ kind, personId, values }: ValueCardProps) {
  const { t } = useTranslation('people');
  const can = useCan();
  const [isEditing, setIsEditing] = useState(false);
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t(`person.${kind}`)}</h2>}
      extra={
        can('data.import') && (
          <Button
            type="text"
            size="small"
            icon={<EditOutlined aria-hidden />}
            aria-label={t(kind === 'tags' ? 'person.editTags' : 'person.editAttributes')}
            onClick={() => setIsEditing(true)}
          >
            {t('person.edit')}
          </Button>
        )
      }
    >
      {values.length === 0 && (
        <Typography.Text type="secondary">
          {t(kind === 'tags' ? 'person.noTags' : 'person.noAttributes')}
        </Typography.Text>
      )}
      <dl className={styles.values}>
        {values.map((value) => (
          <Fragment key={value.name}>
            <dt title={value.name}>{value.displayName || value.name}</dt>
            <dd>
              <Value value={value} />
            </dd>
          </Fragment>
        ))}
      </dl>
      {isEditing && (
        <Suspense>
          <ValueDialog
            kind={kind}
            personId={personId}
            values={values}
            onClose={() => setIsEditing(false)}
          />
        </Suspense>
      )}
    </Card>
  );
}

function Value({ value }: { value: PersonValue }) {
  const { t } = useTranslation('people');
  const valueText = useValueText();
  if (!fitsType(value))
    return (
      <>
        {plainText(value.value)}{' '}
        <Tooltip title={t('person.odd')}>
          <WarningOutlined style={{ color: '#8f3d00' }} aria-label={t('person.odd')} />
        </Tooltip>
      </>
    );
  if (Array.isArray(value.value) && value.value.length > 0)
    return value.value.map((item) => <Tag key={plainText(item)}>{plainText(item)}</Tag>);
  return valueText(value);
}
