import { createLink } from '@tanstack/react-router';
import { Button, type ButtonProps } from 'antd';

interface AnchorButtonProps extends Omit<ButtonProps, 'type'> {
  /** antd's `type`, under a name that the router's link leaves alone. */
  look?: NonNullable<ButtonProps['type']>;
}

function AnchorButton({ look = 'default', ...button }: AnchorButtonProps) {
  return <Button {...button} type={look} />;
}

/** A link of the router that looks like a button: one tab stop, opens in a new tab like any link. */
export const LinkButton = createLink(AnchorButton);
