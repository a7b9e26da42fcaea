import { Table, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useUploadWords } from './useUploadWords';

export interface BadLine {
  line: number;
  value: string;
  rule: string;
}

interface BadLineTableProps {
  lines: readonly BadLine[];
  /** How many lines were not taken in all. */
  total: number;
}

/** The lines of a file that were not taken, and why; the server keeps the first 100. */
export function BadLineTable({ lines, total }: BadLineTableProps) {
  const { t } = useTranslation('uploads');
  const { ofLine } = useUploadWords();
  return (
    <Table<BadLine>
      size="small"
      rowKey="line"
      dataSource={lines}
      pagination={
        lines.length > 10 ? { pageSize: 10, size: 'small', showSizeChanger: false } : false
      }
      title={() =>
        lines.length < total
          ? t('bad.titleCut', { shown: lines.length, total })
          : t('bad.title', { total })
      }
      columns={[
        { title: t('bad.line'), dataIndex: 'line', width: 90, rowScope: 'row' },
        {
          title: t('bad.value'),
          dataIndex: 'value',
          render: (value: string) => (
            <Typography.Text code style={{ wordBreak: 'break-all' }}>
              {value || ' '}
            </Typography.Text>
          ),
        },
        { title: t('bad.rule'), dataIndex: 'rule', render: (rule: string) => ofLine(rule) },
      ]}
    />
  );
}
