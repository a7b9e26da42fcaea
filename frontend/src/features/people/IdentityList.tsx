import { Flex, Tag, Tooltip, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useIdTypeName } from '@/features/data/ids/useIdTypeName';
import type { PersonRowData } from './peopleQuery';

const SHOWN = 2;

/** The first IDs of a person, in the order of their types' priority. */
export function IdentityList({ identities }: { identities: PersonRowData['identities'] }) {
  const { t } = useTranslation('people');
  const idTypeName = useIdTypeName();
  const rest = identities.length - SHOWN;
  return (
    <Flex vertical gap={2} align="start">
      {identities.slice(0, SHOWN).map(({ type, typeName, value, invalid }) => (
        <Flex key={`${type} ${value}`} gap={6} align="baseline">
          <Typography.Text type="secondary" style={{ whiteSpace: 'nowrap' }}>
            {idTypeName(type, typeName)}
          </Typography.Text>
          <Typography.Text
            className="mono-id"
            delete={invalid}
            style={{ overflowWrap: 'anywhere' }}
          >
            {value}
          </Typography.Text>
        </Flex>
      ))}
      {rest > 0 && (
        <Typography.Text type="secondary">{t('moreIds', { count: rest })}</Typography.Text>
      )}
    </Flex>
  );
}

/** Says that a person is known by an uploaded list only (R42). */
export function StubTag() {
  const { t } = useTranslation('people');
  return (
    <Tooltip title={t('stubHint')}>
      <Tag>{t('stub')}</Tag>
    </Tooltip>
  );
}
