import { PlusOutlined } from '@ant-design/icons';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Card, Flex, Tabs } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { CursorPager } from '@/shared/ui/CursorPager';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { CatalogueFilters } from '../CatalogueFilters';
import { toAttributeVariables } from './attributeSearch';
import { PropertyTable } from './PropertyTable';
import { PropertyListQuery } from './propertyQueries';

const PropertyDialog = lazy(async () => ({
  default: (await import('./PropertyDialog')).PropertyDialog,
}));
const route = getRouteApi('/console/data/attributes');

/** What is known of people: attributes and tags, learned from data or declared here. */
export function AttributePage() {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const owner = search.owner ?? 'ATTRIBUTE';
  const [isDeclaring, setIsDeclaring] = useState(false);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: PropertyListQuery,
    variables: toAttributeVariables(search),
  });
  const properties = nodesOf(data?.properties);
  const isFiltered = Boolean(search.q || search.enabled);

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('attributes.title')}
        description={t('attributes.description')}
        path={[tc('nav.section.data'), tc('nav.group.catalogue')]}
        actions={
          can('data.import') && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setIsDeclaring(true)}
            >
              {t(`property.declare.${owner}`)}
            </Button>
          )
        }
      />
      <Card size="small" styles={{ body: { paddingBlockStart: 0 } }}>
        <Tabs
          activeKey={owner}
          items={(['ATTRIBUTE', 'TAG'] as const).map((key) => ({
            key,
            label: t(`owner.${key}`),
          }))}
          onChange={(key) =>
            void navigate({ search: { owner: key === 'TAG' ? 'TAG' : undefined } })
          }
        />
        <CatalogueFilters
          name="attribute-filter"
          search={search}
          onFilter={(next) => void navigate({ search: { owner: search.owner, ...next } })}
        />
      </Card>
      <Card size="small" styles={{ body: { padding: properties.length > 0 ? 0 : 16 } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={properties.length === 0}
          empty={t(isFiltered ? 'noneFound' : `attributes.none.${owner}`)}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <PropertyTable properties={properties} />
        </QueryState>
      </Card>
      {properties.length > 0 && (
        <CursorPager
          pageInfo={data?.properties.pageInfo}
          total={t('total', { count: data?.properties.totalCount ?? 0 })}
          onPage={(cursor) =>
            void navigate({
              search: (old) => ({ ...old, after: undefined, before: undefined, ...cursor }),
            })
          }
        />
      )}
      {isDeclaring && (
        <Suspense>
          <PropertyDialog owner={owner} onClose={() => setIsDeclaring(false)} />
        </Suspense>
      )}
    </Flex>
  );
}
