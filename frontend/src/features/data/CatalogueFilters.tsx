import { Button, Flex, Form, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface CatalogueSearch {
  q?: string | undefined;
  enabled?: 'yes' | 'no' | undefined;
}

interface CatalogueFiltersProps {
  /** Name of the form: it makes the IDs of its fields. */
  name: string;
  search: CatalogueSearch;
  onFilter: (search: CatalogueSearch) => void;
  children?: ReactNode;
}

/** Name and state, the filters of every catalogue. */
export function CatalogueFilters({ name, search, onFilter, children }: CatalogueFiltersProps) {
  const { t } = useTranslation('data');
  return (
    <search aria-label={t('filter.name')}>
      <Form
        key={`${search.q} ${search.enabled}`}
        name={name}
        layout="inline"
        initialValues={search}
        onFinish={onFilter}
      >
        <Form.Item name="q" label={t('filter.keyword')}>
          <Input allowClear maxLength={128} style={{ width: 220 }} />
        </Form.Item>
        <Form.Item name="enabled" label={t('filter.state')}>
          <Select
            allowClear
            placeholder={t('filter.any')}
            style={{ width: 130 }}
            options={[
              { value: 'yes', label: t('filter.enabled') },
              { value: 'no', label: t('filter.disabled') },
            ]}
          />
        </Form.Item>
        {children}
        <Flex gap="small">
          <Button type="primary" htmlType="submit">
            {t('filter.search')}
          </Button>
          <Button onClick={() => onFilter({})}>{t('filter.reset')}</Button>
        </Flex>
      </Form>
    </search>
  );
}
