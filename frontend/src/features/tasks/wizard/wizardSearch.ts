import * as z from 'zod/mini';
import { textParam, wordParam } from '@/shared/routing/searchText';
import { PLACES } from './steps';

/**
 * The open step by its key; an unknown one opens the first. `draft` is the
 * task that `/tasks/new` has become once it was saved for the first time.
 */
export const wizardSearchSchema = z.object({ step: wordParam(PLACES), draft: textParam(64) });
export type WizardSearch = z.infer<typeof wizardSearchSchema>;
