import { Select, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { switchProject } from './project';
import { useSession } from './session';

/** The project's name; a choice only where there is one. */
export function ProjectSwitch() {
  const { t } = useTranslation('session');
  const { me } = useSession();
  if (me.projects.length < 2)
    return <Typography.Text type="secondary">{me.project.name}</Typography.Text>;
  return (
    <Select
      aria-label={t('project')}
      value={me.project.id}
      style={{ minWidth: 160 }}
      options={me.projects.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={switchProject}
    />
  );
}
