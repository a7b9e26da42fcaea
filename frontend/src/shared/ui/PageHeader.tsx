import { Breadcrumb, Flex, Typography } from 'antd';
import { type ReactNode, useEffect } from 'react';

interface PageHeaderProps {
  title: string;
  /** The way here, as the menu names it, without the page itself. */
  path?: ReactNode[];
  /** Beside the title: a status, an ID. */
  beside?: ReactNode;
  /** One line under the title. */
  description?: ReactNode;
  /** Buttons on the right. */
  actions?: ReactNode;
}

/** The one h1 of a page; it names the browser tab too. */
export function PageHeader({ title, path, beside, description, actions }: PageHeaderProps) {
  useEffect(
    function nameBrowserTab() {
      document.title = `${title} · Tidings`;
    },
    [title],
  );
  return (
    <Flex vertical gap={4} component="header">
      {path && <Breadcrumb items={path.map((step) => ({ title: step }))} />}
      <Flex justify="space-between" align="center" gap="middle" wrap>
        <Flex align="center" gap="small" wrap style={{ minWidth: 0 }}>
          <Typography.Title level={1} style={{ fontSize: 20, lineHeight: '28px', margin: 0 }}>
            {title}
          </Typography.Title>
          {beside}
        </Flex>
        {actions && (
          <Flex gap="small" wrap>
            {actions}
          </Flex>
        )}
      </Flex>
      {description && <Typography.Text type="secondary">{description}</Typography.Text>}
    </Flex>
  );
}
