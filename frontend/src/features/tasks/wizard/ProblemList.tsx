import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useScheduleLabel } from '@/features/schedule/useScheduleWords';
import { type Problem, stepOf } from './problems';
import type { Place } from './steps';
import { useProblemWords } from './useProblemWords';
import { useWizard } from './WizardContext';

/** Everything that keeps the task from being submitted, each with the way to where it is mended. */
export function ProblemList({ problems, here }: { problems: readonly Problem[]; here: Place }) {
  const { t } = useTranslation('wizard');
  const { goTo, template } = useWizard();
  const words = useProblemWords();
  const scheduleLabel = useScheduleLabel();
  if (problems.length === 0) return null;
  return (
    <Alert
      type="error"
      showIcon
      title={t('problems.title', { count: problems.length })}
      description={
        <ul style={{ margin: 0, paddingInlineStart: 18 }}>
          {problems.map((problem) => {
            const step = stepOf(problem.path);
            return (
              <li key={`${problem.path} ${problem.rule}`}>
                {label(problem.path)}
                {words(problem)}
                {step && step !== here && (
                  <Button type="link" size="small" onClick={() => goTo(step)}>
                    {t('problems.goTo', { step: t(`step.${step}`) })}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      }
    />
  );

  /** What the problem is about, in the words of its field. */
  function label(path: string): string {
    const parts = path
      .split(/[.[\]]+/)
      .filter((part) => !['', 'input', 'params', 'text'].includes(part));
    const [head = '', key] = parts;
    const part = scheduleLabel(parts.join('.'));
    if (part) return `${part}: `;
    const field = head === 'content' ? template?.fields.find((f) => f.key === key) : undefined;
    if (field) return `${field.label}: `;
    const known = FIELD_LABELS.find((candidate) => candidate === head);
    return known ? `${t(`field.${known}`)}: ` : '';
  }
}

const FIELD_LABELS = [
  'name',
  'groupIds',
  'campaignId',
  'applicationId',
  'audienceMode',
  'subject',
  'rule',
  'segmentId',
  'listed',
  'segmentRoles',
  'supplementary',
  'type',
  'reachAt',
  'cycle',
  'trigger',
  'endsAt',
  'approvalTimeout',
  'channelId',
  'uploadId',
  'templateId',
  'openMode',
  'openUrl',
  'openAppId',
  'openPath',
] as const;
