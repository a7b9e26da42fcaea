import { Flex, Typography } from 'antd';
import { useFieldWords } from '@/shared/graphql/useFieldWords';

interface RefusalWordsProps {
  field: string;
  rule: string;
  message: string;
}

/** Why an event was refused: in words, then the field and the rule as the sender was told. */
export function RefusalWords({ field, rule, message }: RefusalWordsProps) {
  const words = useFieldWords('data');
  return (
    <Flex vertical>
      <span>{words({ path: field, rule, message, params: {} })}</span>
      <Typography.Text type="secondary" className="mono-id">
        {[field, rule].filter(Boolean).join(' · ')}
      </Typography.Text>
    </Flex>
  );
}
