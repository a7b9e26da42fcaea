import { App, Button, Card, Flex, Form, InputNumber, Radio, Result, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { graphql, type ResultOf } from '@/shared/graphql/graphql';
import { useAct } from '@/shared/graphql/useAct';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';

const ProjectSettings = graphql(`
  fragment ProjectSettings on Project @_unmask {
    id
    audienceSource
    multiSubject
    refreshLead
    listedDefault
    eventRetentionDays
    judgeGrace
  }
`);
const ProjectSettingsQuery = graphql(
  `
  query ProjectSettings {
    me { project { ...ProjectSettings } }
  }
`,
  [ProjectSettings],
);
const UpdateProjectSettings = graphql(
  `
  mutation UpdateProjectSettings($input: ProjectSettingsInput!) {
    updateProjectSettings(input: $input) { ...ProjectSettings }
  }
`,
  [ProjectSettings],
);
type Settings = ResultOf<typeof ProjectSettings>;

/** What audiences of the project can do, and their defaults, and how long judgements wait (R29, R52, R74). */
export function ProjectSettingsPage() {
  const { t } = useTranslation('segments');
  const { t: tc } = useTranslation();
  const can = useCan();
  const [{ data, fetching, error }, refetch] = useQuery({ query: ProjectSettingsQuery });
  const project = data?.me?.project;
  if (!can('settings.segment_sync_default'))
    return <Result status="403" title={t('settings.onlyAdmins')} />;
  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('settings.title')}
        description={t('settings.description')}
        path={[tc('nav.section.marketing')]}
      />
      <Card>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={!project}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          {project && <SettingsForm key={project.id} project={project} />}
        </QueryState>
      </Card>
    </Flex>
  );
}

const SOURCES = [
  { value: 'CDP', text: 'cdpText' },
  { value: 'FINDER', text: 'finderText' },
  { value: 'NONE', text: 'noneText' },
] as const;

function SettingsForm({ project }: { project: Settings }) {
  const { t } = useTranslation('segments');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const words = useFieldWords('segments');
  const [form] = Form.useForm<Omit<Settings, 'id'>>();
  const update = useAct(UpdateProjectSettings);

  async function save(input: Omit<Settings, 'id'>) {
    const { fault } = await update.act({ input });
    if (!fault) {
      void message.success(t('settings.saved'));
      return;
    }
    form.setFields(
      fault.fields.map((field) => ({
        name: field.path.replace(/^input\./, '') as keyof Omit<Settings, 'id'>,
        errors: [words(field)],
      })),
    );
    if (fault.fields.length === 0) update.tell(fault);
  }

  const whole = (min: number, max: number) => [
    {
      required: true,
      type: 'integer' as const,
      min,
      max,
      message: t('settings.rule', { min, max }),
    },
  ];
  return (
    <Form
      form={form}
      name="project-settings"
      layout="vertical"
      requiredMark={false}
      initialValues={project}
      onFinish={(values) => void save(values)}
      style={{ maxWidth: 720 }}
    >
      <Form.Item name="audienceSource" label={t('settings.audience')}>
        <Radio.Group
          style={{ display: 'grid', gap: 8 }}
          options={SOURCES.map(({ value, text }) => ({
            value,
            label: (
              <>
                {t(`settings.${value}`)} <span className="secondary">{t(`settings.${text}`)}</span>
              </>
            ),
          }))}
        />
      </Form.Item>
      <Form.Item
        name="multiSubject"
        label={t('settings.multiSubject')}
        valuePropName="checked"
        extra={t('settings.multiSubjectHint')}
      >
        <Switch />
      </Form.Item>
      <Form.Item
        name="refreshLead"
        label={t('settings.refreshLead')}
        extra={t('settings.refreshLeadHint')}
        rules={whole(5, 120)}
      >
        <InputNumber
          min={5}
          max={120}
          precision={0}
          suffix={t('settings.minutes')}
          style={{ width: 140 }}
        />
      </Form.Item>
      <Form.Item
        name="judgeGrace"
        label={t('settings.judgeGrace')}
        extra={t('settings.judgeGraceHint')}
        rules={whole(0, 300)}
      >
        <InputNumber
          min={0}
          max={300}
          precision={0}
          suffix={t('settings.seconds')}
          style={{ width: 140 }}
        />
      </Form.Item>
      <Form.Item
        name="listedDefault"
        label={t('settings.listedDefault')}
        valuePropName="checked"
        extra={t('settings.listedDefaultHint')}
      >
        <Switch />
      </Form.Item>
      <Form.Item
        name="eventRetentionDays"
        label={t('settings.retention')}
        extra={t('settings.retentionHint')}
        rules={whole(0, 36_500)}
      >
        <InputNumber
          min={0}
          max={36_500}
          precision={0}
          suffix={t('settings.days')}
          style={{ width: 140 }}
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={update.busy}>
        {tc('action.save')}
      </Button>
    </Form>
  );
}
