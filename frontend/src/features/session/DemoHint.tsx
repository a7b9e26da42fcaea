import { Button, Flex, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Credentials } from './account';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demoAccounts';

/** The demo's accounts, one click each into the form. */
export function DemoHint({ onPick }: { onPick: (credentials: Credentials) => void }) {
  const { t } = useTranslation('session');
  return (
    <Flex vertical gap={4} component="section" aria-label={t('demo.title')}>
      <Typography.Text strong>{t('demo.title')}</Typography.Text>
      <Typography.Text type="secondary">
        {t('demo.hint', { password: DEMO_PASSWORD })}
      </Typography.Text>
      <Flex vertical>
        {DEMO_ACCOUNTS.map(({ role, email }) => (
          <Flex key={email} justify="space-between" align="center" gap="small">
            <Button
              type="link"
              size="small"
              style={{ paddingInline: 0 }}
              onClick={() => onPick({ email, password: DEMO_PASSWORD })}
            >
              {email}
            </Button>
            <Typography.Text type="secondary">{t(`role.${role}`)}</Typography.Text>
          </Flex>
        ))}
      </Flex>
    </Flex>
  );
}
