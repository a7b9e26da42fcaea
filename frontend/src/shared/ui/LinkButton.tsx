import { createLink } from '@tanstack/react-router';
import { Button } from 'antd';

/** A link of the router that looks like a button: one tab stop, opens in a new tab like any link. */
export const LinkButton = createLink(Button);
