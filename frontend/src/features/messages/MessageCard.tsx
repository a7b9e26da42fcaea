import styles from './messageCard.module.css';

export interface CardLine {
  key: string;
  label: string;
  value: string;
}

interface MessageCardProps {
  /** Whose mini program sends it. */
  from: string;
  title: string;
  lines: readonly CardLine[];
  /** What a tap does; absent where a tap does nothing (R89). */
  action?: string | undefined;
}

/** A subscription message as it looks on the recipient's phone. */
export function MessageCard({ from, title, lines, action }: MessageCardProps) {
  return (
    <div className={styles.card}>
      <div className={styles.cardHead}>
        <span className={styles.cardMark} aria-hidden />
        {from}
      </div>
      <div className={styles.cardTitle}>{title}</div>
      <dl className={styles.cardLines}>
        {lines.map(({ key, label, value }) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>{value || '—'}</dd>
          </div>
        ))}
      </dl>
      {action && <div className={styles.cardFoot}>{action}</div>}
    </div>
  );
}
