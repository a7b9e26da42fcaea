import { App, Button, type ButtonProps } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface ConfirmButtonProps extends Omit<ButtonProps, 'onClick' | 'title'> {
  /** The question. */
  question: string;
  /** What will happen, and whether it can be undone. */
  consequence?: ReactNode;
  /** The verb on the confirming button; the button's own text when absent. */
  verb?: string;
  onConfirm: () => unknown;
}

/** A button that asks before it acts. The dialog stays open while `onConfirm` runs. */
export function ConfirmButton({
  question,
  consequence,
  verb,
  onConfirm,
  ...button
}: ConfirmButtonProps) {
  const { modal } = App.useApp();
  const { t } = useTranslation();
  return (
    <Button
      {...button}
      onClick={() =>
        void modal.confirm({
          title: question,
          content: consequence,
          okText: verb ?? button.children,
          okButtonProps: { danger: button.danger === true },
          cancelText: t('action.cancel'),
          onOk: async () => {
            await onConfirm();
          },
        })
      }
    />
  );
}
