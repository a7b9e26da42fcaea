import { Flex } from 'antd';

/** The mark and the name. */
export function Brand() {
  return (
    <Flex align="center" gap="small">
      <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
        <rect width="26" height="26" rx="6" fill="#165dff" />
        <path d="M5 12.6 20.6 6 16.4 20.2l-4.2-4.6L18 9l-8 5.4z" fill="#fff" />
      </svg>
      <strong style={{ fontSize: 17, color: 'rgba(0,0,0,.88)' }}>Tidings</strong>
    </Flex>
  );
}
