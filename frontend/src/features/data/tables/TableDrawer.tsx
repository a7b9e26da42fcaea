import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Drawer, Flex, Form, Input, Radio, Select, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useAct } from '@/shared/graphql/useAct';
import { IdTypesQuery } from '../ids/idQueries';
import { useIdTypeName } from '../ids/useIdTypeName';
import { COLUMN_TYPES } from '../properties/propertyQueries';
import { SOURCE_KINDS } from '../sources/sourceQueries';
import { useFormFault } from '../useFormFault';
import { fromTable, NEW_TABLE, TABLE_NAME, type TableForm, toTableInput } from './tableForm';
import { CreateTable, type TableData, UpdateTable } from './tableQueries';

const NAME_MAX = 128;
const DISPLAY_MAX = 100;
const COLUMNS_MAX = 500;

interface TableDrawerProps {
  /** The table to change; null makes a new one. */
  table: TableData | null;
  onClose: () => void;
  onSaved: (id: string) => void;
}

/** A detail table: which column names the person, which the day, and the others with their types. */
export function TableDrawer({ table, onClose, onSaved }: TableDrawerProps) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<TableForm>();
  const place = useFormFault(form);
  const create = useAct(CreateTable);
  const update = useAct(UpdateTable);
  const idTypeName = useIdTypeName();
  const [{ data }] = useQuery({ query: IdTypesQuery });

  async function save(values: TableForm) {
    const input = toTableInput(values, table === null);
    if (table) {
      const { fault } = await update.act({ id: table.id, input });
      if (fault) return place(fault);
      void message.success(t('saved'));
      return onSaved(table.id);
    }
    const { data: made, fault } = await create.act({ input });
    if (fault) return place(fault);
    void message.success(t('saved'));
    onSaved(made.createDetailTable.id);
  }

  const required = { required: true, whitespace: true, message: t('rule.REQUIRED') };
  const short = { max: NAME_MAX, message: t('rule.TOO_LONG', { limit: NAME_MAX }) };
  return (
    <Drawer
      open
      size={640}
      title={table ? t('editOf', { name: table.displayName || table.name }) : t('tables.create')}
      onClose={onClose}
      footer={
        <Flex gap="small" justify="end">
          <Button onClick={onClose}>{tc('action.cancel')}</Button>
          <Button type="primary" loading={create.busy || update.busy} onClick={() => form.submit()}>
            {tc('action.save')}
          </Button>
        </Flex>
      }
    >
      <Form<TableForm>
        form={form}
        name="detail-table"
        layout="vertical"
        initialValues={table ? fromTable(table) : NEW_TABLE}
        scrollToFirstError={{ block: 'center' }}
        onFinish={(values) => void save(values)}
      >
        <Form.Item
          name="name"
          label={t('tables.name')}
          extra={t('tables.nameHint')}
          rules={[required, short, { pattern: TABLE_NAME, message: t('rule.name.table') }]}
        >
          <Input autoComplete="off" disabled={table !== null} placeholder="orders" />
        </Form.Item>
        <Form.Item
          name="displayName"
          label={t('tables.displayName')}
          rules={[{ max: DISPLAY_MAX, message: t('rule.TOO_LONG', { limit: DISPLAY_MAX }) }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="description" label={t('property.description')}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 4 }} maxLength={2000} />
        </Form.Item>
        {table === null && (
          <>
            <Form.Item name="kind" label={t('tables.kind')}>
              <Radio.Group
                options={SOURCE_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
              />
            </Form.Item>
            <Flex gap="middle" wrap>
              <Form.Item
                name="personColumn"
                label={t('tables.personColumn')}
                style={{ flex: '1 1 180px' }}
                rules={[required, short]}
              >
                <Input autoComplete="off" placeholder="customer_id" />
              </Form.Item>
              <Form.Item
                name="idType"
                label={t('tables.idType')}
                style={{ flex: '1 1 180px' }}
                rules={[required]}
              >
                <Select
                  options={(data?.idTypes ?? []).map(({ code, name }) => ({
                    value: code,
                    label: `${idTypeName(code, name)} (${code})`,
                  }))}
                />
              </Form.Item>
              <Form.Item
                name="dateColumn"
                label={t('tables.dateColumn')}
                style={{ flex: '1 1 180px' }}
                rules={[required, short]}
              >
                <Input autoComplete="off" placeholder="date" />
              </Form.Item>
            </Flex>
            <ColumnFields />
          </>
        )}
      </Form>
    </Drawer>
  );
}

/** The other columns; data may bring more. */
function ColumnFields() {
  const { t } = useTranslation('data');
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
      <legend style={{ paddingBlockEnd: 4 }}>{t('tables.columns')}</legend>
      <Typography.Paragraph type="secondary">{t('tables.columnsHint')}</Typography.Paragraph>
      <Form.List name="columns">
        {(fields, { add, remove }) => (
          <Flex vertical gap={0}>
            {fields.map(({ key, name }) => (
              <Flex key={key} gap="small" align="start">
                <Form.Item
                  name={[name, 'name']}
                  style={{ flex: 1, marginBlockEnd: 8 }}
                  rules={[{ required: true, whitespace: true, message: t('rule.REQUIRED') }]}
                >
                  <Input
                    autoComplete="off"
                    aria-label={t('tables.columnName', { n: name + 1 })}
                    placeholder={t('property.key')}
                  />
                </Form.Item>
                <Form.Item name={[name, 'displayName']} style={{ flex: 1, marginBlockEnd: 8 }}>
                  <Input
                    autoComplete="off"
                    aria-label={t('tables.columnDisplayName', { n: name + 1 })}
                    placeholder={t('property.displayName')}
                  />
                </Form.Item>
                <Form.Item name={[name, 'type']} style={{ width: 130, marginBlockEnd: 8 }}>
                  <Select
                    aria-label={t('tables.columnType', { n: name + 1 })}
                    options={COLUMN_TYPES.map((value) => ({ value, label: t(`type.${value}`) }))}
                  />
                </Form.Item>
                <Button
                  icon={<DeleteOutlined aria-hidden />}
                  aria-label={t('tables.removeColumn', { n: name + 1 })}
                  onClick={() => remove(name)}
                />
              </Flex>
            ))}
            <Button
              type="dashed"
              icon={<PlusOutlined aria-hidden />}
              disabled={fields.length >= COLUMNS_MAX}
              onClick={() => add({ type: 'TEXT' })}
            >
              {t('tables.addColumn')}
            </Button>
          </Flex>
        )}
      </Form.List>
    </fieldset>
  );
}
