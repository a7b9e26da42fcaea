import * as z from 'zod/mini';
import { textParam } from '@/shared/routing/searchText';

/** The open step of the form, by its key in steps.ts; an unknown one opens the first. */
export const wizardSearchSchema = z.object({ step: textParam(32) });
