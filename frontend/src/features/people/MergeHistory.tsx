import { Link } from '@tanstack/react-router';
import { Flex, Table, Tag, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import type { PersonData } from './personQuery';

type Conflict = PersonData['conflicts'][number];

/** Which records were merged into this person, and which merges were not made and why. */
export function MergeHistory({ person }: { person: PersonData }) {
  const { t } = useTranslation('people');
  const time = useTime();
  return (
    <Flex vertical gap="middle">
      <section>
        <Typography.Title level={3} style={{ fontSize: 14, marginBlockStart: 8 }}>
          {t('merges.from')}
        </Typography.Title>
        {person.mergedFrom.length === 0 ? (
          <Typography.Text type="secondary">{t('merges.noneMerged')}</Typography.Text>
        ) : (
          person.mergedFrom.map((number) => <Tag key={number}>{number}</Tag>)
        )}
      </section>
      <section>
        <Typography.Title level={3} style={{ fontSize: 14 }}>
          {t('merges.conflicts')}
        </Typography.Title>
        {person.conflicts.length === 0 ? (
          <Typography.Text type="secondary">{t('merges.noConflicts')}</Typography.Text>
        ) : (
          <>
            <Typography.Paragraph type="secondary">{t('merges.conflictHint')}</Typography.Paragraph>
            <Table<Conflict>
              rowKey={({ at, other, type }) => `${at} ${other} ${type}`}
              size="small"
              dataSource={person.conflicts}
              pagination={false}
              scroll={{ x: 640 }}
              columns={[
                {
                  title: t('merges.at'),
                  dataIndex: 'at',
                  width: 150,
                  render: (at: string) => time.minute(at),
                },
                {
                  title: t('merges.other'),
                  dataIndex: 'other',
                  rowScope: 'row',
                  render: (other: string) => (
                    <Link to="/people" search={{ q: other }}>
                      {other}
                    </Link>
                  ),
                },
                { title: t('merges.type'), dataIndex: 'type' },
                { title: t('merges.value'), dataIndex: 'value' },
                { title: t('merges.otherValue'), dataIndex: 'otherValue' },
                { title: t('merges.joinedBy'), dataIndex: 'joinedBy' },
              ]}
            />
          </>
        )}
      </section>
    </Flex>
  );
}
