import type { FormInstance } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { Fault } from '@/shared/graphql/errors';
import { useAct } from '@/shared/graphql/useAct';
import { checkForm, type FormFacts } from './checkForm';
import { CreateDraft } from './createDraft';
import { createDraftSaver, type Draft, type SaveState } from './draftSaver';
import { SaveDraft } from './saveDraft';
import { type TaskForm, toTaskInput } from './taskForm';

const REST_MS = 1000;

interface Autosave {
  form: FormInstance<TaskForm>;
  facts: FormFacts;
  start: Draft | null;
  onCreated: (draft: Draft) => void;
  onRefused: (fault: Fault) => void;
}

/** Keeps the form's draft on the server while it is being written. */
export function useDraftAutosave({ form, facts, start, onCreated, onRefused }: Autosave) {
  const [state, setState] = useState<SaveState>({ kind: 'untouched' });
  const { act: create } = useAct(CreateDraft);
  const { act: save } = useAct(SaveDraft);
  // The saver outlives renders; through this it always sees the newest of them.
  const latest = useRef({ facts, create, save, onCreated, onRefused });
  useEffect(function followRender() {
    latest.current = { facts, create, save, onCreated, onRefused };
  });

  const [saver] = useState(() =>
    createDraftSaver(
      {
        read: () => {
          const values = form.getFieldsValue(true) as TaskForm;
          const stopped = checkForm(values, latest.current.facts).some((p) => p.stops === 'save');
          return stopped ? null : toTaskInput(values);
        },
        create: async (input) => {
          const { data, fault } = await latest.current.create({ input });
          return fault ? { fault } : { draft: data.createTask, at: data.createTask.updatedAt };
        },
        save: async (draft, input) => {
          const { data, fault } = await latest.current.save({
            id: draft.id,
            version: draft.version,
            input,
          });
          return fault ? { fault } : { draft: data.updateTask, at: data.updateTask.updatedAt };
        },
        onState: setState,
        onCreated: (draft) => latest.current.onCreated(draft),
        onRefused: (fault) => latest.current.onRefused(fault),
        delay: REST_MS,
      },
      start,
    ),
  );
  useEffect(
    function saveWhileOpen() {
      saver.resume();
      return saver.stop;
    },
    [saver],
  );
  return { saver, state };
}
