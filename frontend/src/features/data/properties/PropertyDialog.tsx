import { Alert, App, Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAct } from '@/shared/graphql/useAct';
import { useFormFault } from '../useFormFault';
import {
  CreateProperty,
  PROPERTY_TYPES,
  type PropertyData,
  type PropertyOwner,
  type PropertyType,
  UpdateProperty,
} from './propertyQueries';

const NAME_MAX = 128;
const DISPLAY_MAX = 100;
/** Names stand in rules and in SQL paths (no quotes, backslashes or control characters). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a name may not hold
const NAME = /^[^"\\\u0000-\u001f\u007f]+$/;
const DESCRIPTION_MAX = 2000;

interface PropertyForm {
  name: string;
  displayName: string;
  description: string;
  type: PropertyType;
}

interface PropertyDialogProps {
  /** What to change; nothing declares a new one of an owner. */
  property?: PropertyData;
  owner?: PropertyOwner;
  ownerId?: string;
  onClose: () => void;
}

/** Declares an attribute, tag, property or column before data brings it, or renames and retypes one. */
export function PropertyDialog({ property, owner, ownerId, onClose }: PropertyDialogProps) {
  const { t } = useTranslation('data');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<PropertyForm>();
  const place = useFormFault(form);
  const create = useAct(CreateProperty);
  const update = useAct(UpdateProperty);
  const type = Form.useWatch('type', form);

  async function save(values: PropertyForm) {
    const displayName = values.displayName?.trim() ?? '';
    const { fault } = property
      ? await update.act({
          id: property.id,
          input: { displayName, description: values.description?.trim() ?? '', type: values.type },
        })
      : await create.act({
          owner: owner ?? 'ATTRIBUTE',
          ownerId: ownerId ?? null,
          name: values.name.trim(),
          type: values.type,
          displayName,
        });
    if (fault) return place(fault);
    void message.success(t('saved'));
    onClose();
  }

  return (
    <Modal
      open
      title={
        property
          ? t('editOf', { name: property.displayName || property.name })
          : t(`property.declare.${owner ?? 'ATTRIBUTE'}`)
      }
      okText={tc('action.save')}
      cancelText={tc('action.cancel')}
      confirmLoading={create.busy || update.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<PropertyForm>
        form={form}
        name="property"
        layout="vertical"
        initialValues={property ?? { type: 'TEXT' }}
        onFinish={(values) => void save(values)}
      >
        {!property && (
          <Form.Item
            name="name"
            label={t('property.key')}
            extra={t('property.keyHint')}
            rules={[
              { required: true, whitespace: true, message: t('rule.REQUIRED') },
              { max: NAME_MAX, message: t('rule.TOO_LONG', { limit: NAME_MAX }) },
              { pattern: NAME, message: t('rule.name.INVALID_FORMAT') },
            ]}
          >
            <Input autoFocus autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item
          name="displayName"
          label={t('property.displayName')}
          rules={[{ max: DISPLAY_MAX, message: t('rule.TOO_LONG', { limit: DISPLAY_MAX }) }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
        {property && (
          <Form.Item
            name="description"
            label={t('property.description')}
            rules={[
              { max: DESCRIPTION_MAX, message: t('rule.TOO_LONG', { limit: DESCRIPTION_MAX }) },
            ]}
          >
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 4 }} />
          </Form.Item>
        )}
        <Form.Item name="type" label={t('property.type')}>
          <Select options={PROPERTY_TYPES.map((value) => ({ value, label: t(`type.${value}`) }))} />
        </Form.Item>
        {property && type !== undefined && type !== property.type && (
          <Alert type="warning" showIcon title={t('property.retype')} />
        )}
      </Form>
    </Modal>
  );
}
