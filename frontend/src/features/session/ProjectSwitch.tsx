import { DownOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { switchProject } from './project';
import { useSession } from './session';

/** The project's name; a choice only where there is one. */
export function ProjectSwitch() {
  const { t } = useTranslation('session');
  const { me } = useSession();
  if (me.projects.length < 2) return <span className="secondary">{me.project.name}</span>;
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectedKeys: [me.project.id],
        items: me.projects.map(({ id, name }) => ({ key: id, label: name })),
        onClick: ({ key }) => switchProject(key),
      }}
    >
      <Button
        type="text"
        icon={<DownOutlined aria-hidden />}
        iconPlacement="end"
        aria-label={`${t('project')}: ${me.project.name}`}
      >
        {me.project.name}
      </Button>
    </Dropdown>
  );
}
