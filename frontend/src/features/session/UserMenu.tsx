import { DownOutlined, LogoutOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { signOut } from './account';
import { useSession } from './session';

/** Who is signed in, as what, and the way out. */
export function UserMenu() {
  const { t } = useTranslation('session');
  const { me } = useSession();
  const { message } = App.useApp();
  const { ofFault } = useFaultWords();

  async function leave() {
    const fault = await signOut();
    // A full load drops the cache, so that nothing of this person stays for the next.
    if (!fault || fault.code === 'UNAUTHENTICATED')
      window.location.assign('/sign-in?because=signed-out');
    else void message.error(ofFault(fault));
  }

  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          {
            key: 'who',
            type: 'group',
            label: (
              <Flex vertical>
                <span>{me.account.email}</span>
                <span className="secondary">{t(`role.${me.role}`)}</span>
              </Flex>
            ),
          },
          { type: 'divider' },
          { key: 'leave', icon: <LogoutOutlined aria-hidden />, label: t('signOut') },
        ],
        onClick: ({ key }) => {
          if (key === 'leave') void leave();
        },
      }}
    >
      <Button type="text" icon={<DownOutlined aria-hidden />} iconPlacement="end">
        {me.account.name}
      </Button>
    </Dropdown>
  );
}
