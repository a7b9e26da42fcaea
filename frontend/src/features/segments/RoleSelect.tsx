import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { LIMITED_ROLES, type Role } from './segmentForm';

interface RoleSelectProps {
  id?: string;
  value?: Role[];
  onChange?: (roles: Role[]) => void;
}

/** 分群授权给: the roles that may see a segment (R31). */
export function RoleSelect({ id, value, onChange }: RoleSelectProps) {
  const { t } = useTranslation('segments');
  return (
    <Select
      {...(id ? { id } : {})}
      mode="multiple"
      allowClear
      value={value ?? []}
      onChange={(roles) => onChange?.(roles)}
      placeholder={t('hint.rolesPlaceholder')}
      options={LIMITED_ROLES.map((role) => ({ value: role as Role, label: t(`role.${role}`) }))}
    />
  );
}
