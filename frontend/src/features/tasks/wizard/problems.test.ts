import { expect, test } from 'vitest';
import { fieldOf, firstStepOf, problemsOf, selfSpoken, stepOf } from './problems';

const CONTENT = {
  thing1: { text: '', overlong: 'DROP' as const },
  date2: { text: '', overlong: 'DROP' as const },
};

test.each([
  ['name', ['name'], 'basic'],
  ['input.name', ['name'], 'basic'],
  ['groupIds[0]', ['groupIds'], 'basic'],
  ['supplementary.3', ['supplementary'], 'audience'],
  ['reachAt', ['reachAt'], 'trigger'],
  ['cycle.times.1', ['cycle'], 'trigger'],
  ['trigger.a.events.0.where.nodes.0.test.values', ['trigger'], 'trigger'],
  ['endsAt', ['endsAt'], 'trigger'],
  ['upload', ['uploadId'], 'content'],
  ['content', ['content'], 'content'],
  ['content.params.date2', ['content', 'date2', 'text'], 'content'],
  ['content.date2', ['content', 'date2', 'text'], 'content'],
  ['content.date2.text', ['content', 'date2', 'text'], 'content'],
  ['content[1].text', ['content', 'date2', 'text'], 'content'],
  ['content[0].overlong', ['content', 'thing1', 'overlong'], 'content'],
  ['content.thing9', ['content'], 'content'],
  ['somethingElse', null, null],
])('the problem at %s belongs to field %j of step %s', (path, field, step) => {
  expect(fieldOf(path, CONTENT)).toEqual(field);
  expect(stepOf(path)).toBe(step);
});

test('the first step with a problem comes in the order of the wizard', () => {
  const at = (path: string) => ({ path, rule: 'REQUIRED', message: '', params: {} });
  const problems = [at('templateId'), at('reachAt'), at('whatever')];
  expect(firstStepOf(problems)).toBe('trigger');
  expect(problemsOf('content', problems)).toEqual([at('templateId')]);
  expect(firstStepOf([at('whatever')])).toBeNull();
});

test('editors are told what is theirs by the paths of the API', () => {
  const at = (path: string, rule = 'REQUIRED') => ({ path, rule, message: '', params: {} });
  const problems = [
    at('input.trigger.a.events[0].event'),
    at('cycle', 'INCOMPLETE'),
    at('reachAt'),
    at('endsAt'),
  ];
  expect(selfSpoken(problems)).toEqual([at('trigger.a.events.0.event'), at('endsAt')]);
});
