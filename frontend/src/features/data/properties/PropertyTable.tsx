import { Button, Flex, Switch, Table, Tooltip, Typography } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/features/session/session';
import { useAct } from '@/shared/graphql/useAct';
import { StatusTag } from '@/shared/ui/StatusTag';
import { MayImport } from '../MayImport';
import { NameCell } from '../NameCell';
import { useTell } from '../useTell';
import { type PropertyData, UpdateProperty } from './propertyQueries';

const PropertyDialog = lazy(async () => ({
  default: (await import('./PropertyDialog')).PropertyDialog,
}));

interface PropertyTableProps {
  properties: readonly PropertyData[];
  /** Names that the table itself needs and that cannot be switched off. */
  fixed?: readonly string[];
}

/** Catalogue entries with their types and conflicts; renamed, retyped and switched off from here. */
export function PropertyTable({ properties, fixed = [] }: PropertyTableProps) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const can = useCan();
  const [editing, setEditing] = useState<PropertyData | null>(null);

  const columns: ColumnsType<PropertyData> = [
    {
      title: t('property.name'),
      key: 'name',
      rowScope: 'row',
      render: (_value, { name, displayName, description }) => (
        <Flex vertical>
          <NameCell name={name} displayName={displayName} />
          {description && <Typography.Text type="secondary">{description}</Typography.Text>}
        </Flex>
      ),
    },
    {
      title: t('property.type'),
      dataIndex: 'type',
      width: 130,
      render: (type: PropertyData['type']) => t(`type.${type}`),
    },
    {
      title: t('property.conflicts'),
      dataIndex: 'conflicts',
      width: 150,
      align: 'end',
      render: (count: number) =>
        count > 0 ? (
          <Tooltip title={t('property.conflictHint')}>
            <span>
              <StatusTag tone="held">{count.toLocaleString()}</StatusTag>
            </span>
          </Tooltip>
        ) : (
          0
        ),
    },
    {
      title: t('property.enabled'),
      key: 'enabled',
      width: 110,
      render: (_value, property) => (
        <EnabledSwitch property={property} isFixed={fixed.includes(property.name)} />
      ),
    },
    ...(can('data.import')
      ? [
          {
            title: t('operations'),
            key: 'operations',
            width: 90,
            render: (_value: unknown, property: PropertyData) => (
              <Button
                type="link"
                size="small"
                className="row-action"
                aria-label={t('editOf', { name: property.displayName || property.name })}
                onClick={() => setEditing(property)}
              >
                {tc('action.edit')}
              </Button>
            ),
          },
        ]
      : []),
  ];

  return (
    <>
      <Table<PropertyData>
        rowKey="id"
        size="middle"
        columns={columns}
        dataSource={properties}
        pagination={false}
        scroll={{ x: 640 }}
      />
      {editing && (
        <Suspense>
          <PropertyDialog property={editing} onClose={() => setEditing(null)} />
        </Suspense>
      )}
    </>
  );
}

function EnabledSwitch({ property, isFixed }: { property: PropertyData; isFixed: boolean }) {
  const { t } = useTranslation('data');
  const tell = useTell();
  const update = useAct(UpdateProperty);

  async function turn(enabled: boolean) {
    const { fault } = await update.act({ id: property.id, input: { enabled } });
    if (fault) tell(fault);
  }

  return (
    <MayImport>
      {(disabled) => (
        <Switch
          size="small"
          aria-label={t('enabledOf', { name: property.displayName || property.name })}
          checked={property.enabled}
          disabled={disabled || isFixed}
          loading={update.busy}
          onChange={(enabled) => void turn(enabled)}
        />
      )}
    </MayImport>
  );
}
