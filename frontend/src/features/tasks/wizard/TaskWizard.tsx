import { useBlocker, useNavigate } from '@tanstack/react-router';
import { App, Badge, Button, Card, Flex, Form, Modal, Steps } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useQuery } from 'urql';
import { useUpload } from '@/features/uploads/useUpload';
import { type Fault, faultOf } from '@/shared/graphql/errors';
import type { ResultOf } from '@/shared/graphql/graphql';
import { useAct } from '@/shared/graphql/useAct';
import { useTime } from '@/shared/time/TimeContext';
import { PageHeader } from '@/shared/ui/PageHeader';
import { AudienceStep } from './AudienceStep';
import { BasicStep } from './BasicStep';
import { ConflictDialog } from './ConflictDialog';
import { ContentStep } from './ContentStep';
import { CheckDraft } from './checkDraft';
import { checkForm, type FormFacts } from './checkForm';
import { DraftRehearsal } from './DraftRehearsal';
import type { Draft } from './draftSaver';
import { MethodStep } from './MethodStep';
import { MetricsStep } from './MetricsStep';
import { ProblemList } from './ProblemList';
import { fieldOf, firstStepOf, isSelfSpoken, type Problem, problemsOf } from './problems';
import { ReviewStep } from './ReviewStep';
import { SaveStatus } from './SaveStatus';
import { neighbours, type Place, STEPS, type StepKey } from './steps';
import { SubmitDraft } from './submitDraft';
import { TriggerStep } from './TriggerStep';
import { fromTask, type TaskForm } from './taskForm';
import { useDraftAutosave } from './useDraftAutosave';
import { useProblemWords } from './useProblemWords';
import { type Wizard, WizardContext } from './WizardContext';
import { WizardTemplateQuery } from './WizardTemplate';
import styles from './wizard.module.css';

const STEP_VIEWS: Record<StepKey, () => React.ReactNode> = {
  method: MethodStep,
  basic: BasicStep,
  audience: AudienceStep,
  trigger: TriggerStep,
  content: ContentStep,
  metrics: MetricsStep,
};

type Check = ResultOf<typeof CheckDraft>['checkTask'];

interface TaskWizardProps {
  initial: TaskForm;
  draft: Draft | null;
  place: Place;
  onPlace: (place: Place) => void;
  onCreated: (id: string) => void;
}

/** The six steps and the review, over one form and one draft. */
export function TaskWizard({ initial, draft: start, place, onPlace, onCreated }: TaskWizardProps) {
  const { t } = useTranslation('wizard');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const time = useTime();
  const client = useClient();
  const navigate = useNavigate();
  const words = useProblemWords();
  const submission = useAct(SubmitDraft);
  const [form] = Form.useForm<TaskForm>();
  const watched = Form.useWatch([], { form, preserve: true }) as TaskForm | undefined;
  const values = watched && 'name' in watched ? watched : initial;
  const [problems, setProblems] = useState<Problem[]>([]);
  const [check, setCheck] = useState<Check | null>(null);
  const [isChecking, setIsChecking] = useState(false);
  const [isStrict, setIsStrict] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);

  const [{ data: templateData }] = useQuery({
    query: WizardTemplateQuery,
    variables: { id: values.templateId ?? '' },
    pause: values.templateId === null,
  });
  const node = values.templateId === null ? null : templateData?.node;
  const template = node?.__typename === 'Template' && node.id === values.templateId ? node : null;
  const { upload } = useUpload(values.uploadId);
  const facts: FormFacts = { now: time.now().valueOf(), template, upload };

  const { saver, state } = useDraftAutosave({
    form,
    facts,
    start,
    onCreated: (draft) => onCreated(draft.id),
    onRefused: (fault) => show(fault.fields),
  });
  const draft = saver.draft();

  function patch(change: Partial<TaskForm>) {
    form.setFields(
      Object.entries(change).map(([name, value]) => ({
        name: [name as keyof TaskForm],
        value,
        errors: [],
        // A rule may be deeper than antd's types of paths can follow.
      })) as Parameters<typeof form.setFields>[0],
    );
    changed(Object.keys(change));
  }

  function changed(names: string[]) {
    setCheck(null);
    setProblems((old) =>
      old.filter((problem) => {
        const field = fieldOf(problem.path, {});
        return !field || !names.includes(field[0]);
      }),
    );
    saver.touch();
  }

  /** Puts problems at their fields, those on screen at once, the others when their step opens. */
  function show(found: readonly Problem[]) {
    setProblems([...found]);
    putAtFields(found);
  }

  function putAtFields(found: readonly Problem[]) {
    const byField = new Map<string, { name: string[]; errors: string[] }>();
    for (const problem of found) {
      if (isSelfSpoken(problem)) continue;
      const name = fieldOf(problem.path, form.getFieldValue('content') as TaskForm['content']);
      if (!name) continue;
      const entry = byField.get(name.join('.')) ?? { name: [...name], errors: [] };
      entry.errors.push(words(problem));
      byField.set(name.join('.'), entry);
    }
    form.setFields([...byField.values()] as Parameters<typeof form.setFields>[0]);
  }

  const latest = useRef({ problems, putAtFields, review });
  useEffect(function followRender() {
    latest.current = { problems, putAtFields, review };
  });
  useEffect(
    function arriveAtPlace() {
      heading.current?.focus({ preventScroll: true });
      if (place === 'review') void latest.current.review();
      else latest.current.putAtFields(problemsOf(place, latest.current.problems));
    },
    [place],
  );

  const wizard: Wizard = {
    values,
    facts,
    template,
    patch,
    goTo: onPlace,
    problems,
    isStrict: isStrict || problems.length > 0,
    rules: (path) => [
      {
        validator: () => {
          const all = form.getFieldsValue(true) as TaskForm;
          const found = checkForm(all, facts).find((problem) => problem.path === path);
          return found ? Promise.reject(new Error(words(found))) : Promise.resolve();
        },
      },
    ],
  };

  async function goNext(next: Place) {
    const step = STEPS.find(({ key }) => key === place);
    try {
      await form.validateFields(
        (step?.fields ?? []).map((field) => [field]),
        { recursive: true },
      );
    } catch {
      setIsStrict(true);
      document.querySelector('.ant-form-item-has-error')?.scrollIntoView({ block: 'center' });
      return;
    }
    onPlace(next);
  }

  /** The server's verdict on what it holds; null when it does not hold everything. */
  async function ask(): Promise<Check | null> {
    if (!(await saver.flush())) return null;
    const id = saver.draft()?.id;
    if (!id) return null;
    const { data, error } = await client
      .query(CheckDraft, { id }, { requestPolicy: 'network-only' })
      .toPromise();
    if (error || !data) {
      if (error) submission.tell(faultOf(error));
      return null;
    }
    return data.checkTask;
  }

  async function review() {
    const own = checkForm(form.getFieldsValue(true) as TaskForm, facts);
    if (own.some(({ stops }) => stops === 'save')) {
      show(own);
      return;
    }
    setIsChecking(true);
    const verdict = await ask();
    setIsChecking(false);
    setCheck(verdict);
    if (verdict) setProblems(verdict.problems.map(toProblem));
  }

  function jumpToFirst(found: Problem[], fallback?: Fault) {
    show(found);
    const first = firstStepOf(found);
    if (first) onPlace(first);
    else if (fallback) submission.tell(fallback);
  }

  async function submit() {
    setIsChecking(true);
    const verdict = await ask();
    setIsChecking(false);
    setCheck(verdict);
    if (!verdict) {
      jumpToFirst(checkForm(form.getFieldsValue(true) as TaskForm, facts));
      return;
    }
    if (!verdict.ok) {
      jumpToFirst(verdict.problems.map(toProblem));
      return;
    }
    const id = saver.draft()?.id;
    if (!id) return;
    const { fault } = await submission.act({ id });
    if (fault) {
      if (fault.fields.length > 0) jumpToFirst(fault.fields, fault);
      else submission.tell(fault);
      return;
    }
    void message.success(t('submitted'));
    await navigate({ to: '/tasks/$id', params: { id }, ignoreBlocker: true });
  }

  async function saveAndLeave() {
    if (await saver.flush()) await navigate({ to: '/tasks', ignoreBlocker: true });
    else
      jumpToFirst(
        checkForm(form.getFieldsValue(true) as TaskForm, facts).filter(
          ({ stops }) => stops === 'save',
        ),
      );
  }

  const { proceed, reset, status } = useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      if (current.pathname === next.pathname) return false;
      return saver.isDirty() && !(await saver.flush());
    },
    enableBeforeUnload: () => saver.isDirty(),
    withResolver: true,
  });

  const { previous, next } = neighbours(place);
  const StepView = place === 'review' ? null : STEP_VIEWS[place];
  const index = STEPS.findIndex(({ key }) => key === place);

  return (
    <WizardContext value={wizard}>
      <Flex vertical gap="middle">
        <PageHeader
          title={t(start ? 'titleEdit' : 'title')}
          path={[tc('nav.group.messages'), tc('nav.page.tasks')]}
          beside={
            <SaveStatus
              state={state}
              hasName={values.name.trim() !== ''}
              hasDraft={draft !== null}
              onRetry={() => void saver.flush()}
            />
          }
        />
        <Card size="small">
          <nav aria-label={t('steps')} className={styles.steps}>
            <Steps
              size="small"
              current={place === 'review' ? STEPS.length : index}
              onChange={(to) => onPlace(STEPS[to]?.key ?? 'method')}
              items={STEPS.map(({ key }) => {
                const count = problemsOf(key, problems).length;
                return {
                  title: (
                    <>
                      {t(`step.${key}`)}
                      {count > 0 && (
                        <Badge
                          count={count}
                          size="small"
                          style={{ marginInlineStart: 6 }}
                          title={t('problems.count', { count })}
                        />
                      )}
                    </>
                  ),
                  ...(count > 0 ? { status: 'error' as const } : {}),
                };
              })}
            />
          </nav>
        </Card>
        <Card>
          <h2
            ref={heading}
            tabIndex={-1}
            style={{ margin: '0 0 16px', fontSize: 16, outline: 'none' }}
          >
            {t(`step.${place}`)}
          </h2>
          <Flex vertical gap="middle">
            <ProblemList problems={problems} here={place} />
            <Form<TaskForm>
              form={form}
              name="task"
              component={false}
              layout="vertical"
              initialValues={initial}
              preserve
              requiredMark
              onValuesChange={(change: Partial<TaskForm>) => changed(Object.keys(change))}
            >
              {StepView ? <StepView /> : <ReviewStep check={check} />}
            </Form>
          </Flex>
        </Card>
        <DraftRehearsal place={place} type={values.type} draft={draft} save={() => saver.flush()} />
        <div className={styles.footer}>
          {previous && <Button onClick={() => onPlace(previous)}>{t('back')}</Button>}
          {next ? (
            <Button type="primary" onClick={() => void goNext(next)}>
              {t(next === 'review' ? 'toReview' : 'next')}
            </Button>
          ) : (
            <Button
              type="primary"
              loading={isChecking || submission.busy}
              onClick={() => void submit()}
            >
              {t('submit')}
            </Button>
          )}
          <Button onClick={() => void saveAndLeave()}>{t('saveDraft')}</Button>
        </div>
      </Flex>
      {state.kind === 'conflict' && draft && (
        <ConflictDialog
          id={draft.id}
          onTheirs={(task) => {
            patch(fromTask(task));
            setProblems([]);
            saver.adopt({ id: task.id, version: task.version }, task.updatedAt);
          }}
          onMine={(task) => void saver.overwrite({ id: task.id, version: task.version })}
        />
      )}
      {status === 'blocked' && (
        <Modal
          open
          title={t('leave.title')}
          okText={t('leave.go')}
          cancelText={t('leave.stay')}
          okButtonProps={{ danger: true }}
          onOk={proceed}
          onCancel={reset}
        >
          {t('leave.text')}
        </Modal>
      )}
    </WizardContext>
  );
}

function toProblem({ params, ...problem }: Check['problems'][number]): Problem {
  return { ...problem, params: params ?? {} };
}
