import type { FormRule } from 'antd';
import { createContext, useContext } from 'react';
import type { ResultOf } from '@/shared/graphql/graphql';
import type { FormFacts } from './checkForm';
import type { Problem } from './problems';
import type { Place } from './steps';
import type { TaskForm } from './taskForm';
import type { WizardTemplate } from './WizardTemplate';

/** What every step sees of the wizard it stands in. */
export interface Wizard {
  values: TaskForm;
  facts: FormFacts;
  template: ResultOf<typeof WizardTemplate> | null;
  /** Changes fields that no input of the step holds; replaces, never merges. */
  patch: (change: Partial<TaskForm>) => void;
  /** The rule of the field at this path, from checkForm. */
  rules: (path: string) => FormRule[];
  goTo: (place: Place) => void;
  /** What the server, or a try to submit, found wrong. */
  problems: readonly Problem[];
  /** Whether what is missing is shown as wrong: somebody tried to go on. */
  isStrict: boolean;
}

export const WizardContext = createContext<Wizard | null>(null);

export function useWizard(): Wizard {
  const wizard = useContext(WizardContext);
  if (!wizard) throw new Error('useWizard outside the wizard');
  return wizard;
}
