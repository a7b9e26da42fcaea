import { App, Checkbox, Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAct } from '@/shared/graphql/useAct';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import type { Group } from './groupTree';
import { CreateTaskGroup, RenameTaskGroup } from './manageGroups';

const NAME_MAX = 50;
export const GROUP_OBJECTS = ['MESSAGE', 'CANVAS', 'STRATEGIZER'] as const;
type GroupObject = (typeof GROUP_OBJECTS)[number];

/** What the dialog is open for. */
export type GroupIntent =
  | { kind: 'top' }
  | { kind: 'below'; parent: Group }
  | { kind: 'rename'; group: Group };

interface GroupForm {
  name: string;
  objects?: GroupObject[];
}

interface GroupDialogProps {
  intent: GroupIntent;
  onClose: () => void;
}

/** A group's name and, at the top level, what it is for (spec §2.1). */
export function GroupDialog({ intent, onClose }: GroupDialogProps) {
  const { t } = useTranslation('groups');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const words = useFieldWords('groups');
  const [form] = Form.useForm<GroupForm>();
  const create = useAct(CreateTaskGroup);
  const rename = useAct(RenameTaskGroup);
  const titles = {
    top: t('createTop'),
    below: t('createBelowOf', { name: intent.kind === 'below' ? intent.parent.name : '' }),
    rename: t('rename'),
  };

  async function save(values: GroupForm) {
    const name = values.name.trim();
    const { fault } =
      intent.kind === 'rename'
        ? await rename.act({ id: intent.group.id, name })
        : await create.act({
            name,
            ...(intent.kind === 'below'
              ? { parentId: intent.parent.id }
              : { objects: values.objects ?? [] }),
          });
    if (fault) {
      form.setFields(
        fault.fields.map((field) => ({
          // Where it stands in the tree is no input of the dialog: said at the name.
          name: field.path === 'objects' && intent.kind === 'top' ? 'objects' : 'name',
          errors: [words(field)],
        })),
      );
      if (fault.fields.length === 0) create.tell(fault);
      return;
    }
    void message.success(t(intent.kind === 'rename' ? 'renamed' : 'created'));
    onClose();
  }

  return (
    <Modal
      open
      title={titles[intent.kind]}
      okText={tc('action.save')}
      cancelText={tc('action.cancel')}
      confirmLoading={create.busy || rename.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<GroupForm>
        form={form}
        name="group"
        layout="vertical"
        initialValues={{
          name: intent.kind === 'rename' ? intent.group.name : '',
          objects: ['MESSAGE'],
        }}
        onFinish={(values) => void save(values)}
      >
        <Form.Item
          name="name"
          label={t('field.name')}
          rules={[
            { required: true, whitespace: true, message: t('error.name') },
            { max: NAME_MAX, message: t('error.nameLong', { limit: NAME_MAX }) },
          ]}
        >
          <Input autoFocus autoComplete="off" count={{ show: true, max: NAME_MAX }} />
        </Form.Item>
        {intent.kind === 'top' && (
          <Form.Item
            name="objects"
            label={t('field.objects')}
            extra={t('field.objectsHint')}
            required
          >
            <Checkbox.Group
              options={GROUP_OBJECTS.map((value) => ({
                value,
                label: t(`object.${value}`),
                // This page manages the groups of message outreach; another kind alone would not be seen here.
                disabled: value === 'MESSAGE',
              }))}
            />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
