import { RightOutlined } from '@ant-design/icons';
import { Flex } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export interface CardLine {
  key: string;
  label: string;
  value: ReactNode;
}

interface MessageCardProps {
  /** The mini program that speaks. */
  sender: string;
  title: string;
  lines: CardLine[];
  /** Whether a tap leads somewhere. */
  opens: boolean;
}

/** A subscription message as its recipient sees it. */
export function MessageCard({ sender, title, lines, opens }: MessageCardProps) {
  const { t } = useTranslation('tasks');
  return (
    <section className="message-card" aria-label={t('card.name')}>
      <div className="message-card-sender">{sender}</div>
      <h4 className="message-card-title">{title}</h4>
      <dl>
        {lines.map(({ key, label, value }) => (
          <Flex key={key} gap={12} align="baseline">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </Flex>
        ))}
      </dl>
      {opens && (
        <Flex justify="space-between" className="message-card-open">
          <span>{t('card.open')}</span>
          <RightOutlined aria-hidden />
        </Flex>
      )}
    </section>
  );
}
