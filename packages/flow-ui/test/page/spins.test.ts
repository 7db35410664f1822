/** The spin editor and the words of spins; what messages and frames may say. */
import type { Message } from '../../src/api/messages';
import type { InputEntry, InputsReply } from '../../src/api/routes';
import { editsOf, keyOf, recordedOf, requestOf, textsOf } from '../../src/page/logic/editing';
import { heightOf } from '../../src/page/logic/frame-height';
import { growsLog, isNewsOf } from '../../src/page/logic/is-of';
import { joinGroups } from '../../src/page/logic/join-inputs';
import { changedText, editorOf, factorText, spinName } from '../../src/page/logic/spin-words';

const input = (kind: InputEntry['kind'], name: string, json?: string): InputEntry => ({
  ...{ kind, name, type: 'x', size: 1, digest: '' },
  ...(json === undefined ? { fixed: 'It is large.' } : { json }),
});
const reply: InputsReply = {
  choice: { flow: 'movies', step: 'genre', run: 12, index: [2] },
  origin: 'movies/12/genre/3',
  inputs: [
    input('artifact', 'rows', '[{"a":1}]'),
    input('artifact', 'n', '5'),
    input('param', 'n', '7'),
    input('artifact', 'big'),
  ],
  splits: [],
  splitsOf: 0,
};

test('only what was changed is sent, an input and a parameter of one name apart', () => {
  expect(requestOf(reply, {})).toEqual({ request: reply.choice, changed: 0 });
  const texts = { 'artifact n': '6', 'param n': '7 ', 'artifact rows': '[ { "a": 1 } ]' };
  expect(requestOf(reply, texts)).toEqual({ request: { ...reply.choice, set: { n: '6' } }, changed: 1 });
  expect(requestOf(reply, { 'param n': '[' })).toEqual({ wrong: expect.stringMatching(/^n, line 1: /) });
  expect(editsOf(reply.inputs, {}).map(({ input: of }) => keyOf(of))).toEqual([
    'artifact rows',
    'artifact n',
    'param n',
  ]);
  expect(recordedOf(reply.inputs)).toEqual({ rows: '[{"a":1}]', n: '5' });
});

test('an editor begins with what another spin was given', () => {
  const texts = textsOf({ set: { n: '6' }, params: { n: '8' } });
  expect(requestOf(reply, texts)).toMatchObject({
    request: { set: { n: '6' }, params: { n: '8' } },
    changed: 2,
  });
});

test('words of spins', () => {
  const spin = { flow: 'movies', step: 'genre', index: [2, 0], iteration: 1 };
  expect(spinName(spin)).toBe('movies/genre split 2,0, iteration 1');
  expect(spinName({ ...spin, index: [], iteration: undefined })).toBe('movies/genre');
  expect([changedText(undefined), changedText(0), changedText(2)]).toEqual(['', 'same values', '2 changed']);
  expect([factorText(50, 100), factorText(100, 101), factorText(1, 0.1)]).toEqual(['0.5 ×', '', '']);
  expect(editorOf({ flow: 'movies', step: 'genre', run: 12, index: [2] }, 4)).toBe(
    '/spin?flow=movies&step=genre&run=12&index=2&from=4',
  );
});

test('of a frame only its height is heard, within bounds', () => {
  expect(heightOf({ cardHeight: 120.2 })).toBe(121);
  expect(heightOf({ cardHeight: 1e9 })).toBe(12_000);
  for (const message of [null, 'x', {}, { cardHeight: '1' }, { cardHeight: -1 }, { cardHeight: Number.NaN }])
    expect(heightOf(message)).toBeUndefined();
});

test('a task hears what is of it', () => {
  const task = { flow: 'movies', run: 12, step: 'genre', task: 3, index: [] };
  const message = (event: object) => ({ type: 'event', work: 'w', at: 1, event }) as unknown as Message;
  const log = message({ type: 'task-log', task, stream: 'stdout', text: 'x' });
  expect([isNewsOf(log, 'movies/12/genre/3'), growsLog(log, 'movies/12/genre/3')]).toEqual([false, true]);
  expect(isNewsOf(message({ type: 'task-done', task, durationMs: 1 }), 'movies/12/genre/3')).toBe(true);
  expect(isNewsOf(message({ type: 'task-done', task, durationMs: 1 }), 'movies/12/genre/4')).toBe(false);
  expect(isNewsOf(message({ type: 'task-started', task }), 'movies/12/start/1')).toBe(true);
  expect(isNewsOf(message({ type: 'task-started', task }), 'movies/1/start/1')).toBe(false);
  expect(isNewsOf(message({ type: 'run-done', flow: 'movies', run: 12 }), 'movies/12/genre/3')).toBe(true);
  expect(isNewsOf({ type: 'missed', count: 1 }, 'movies/12/genre/3')).toBe(false);
});

test('inputs of a join are grouped by split, what all of them have once', () => {
  const of = (name: string, digest: string) => ({ ...input('artifact', name), digest });
  const groups = joinGroups([of('0.rows', 'r'), of('0.score', 'a'), of('1.rows', 'r'), of('1.score', 'b')]);
  expect(groups?.map(({ title, entries }) => [title, entries.map(({ name }) => name)])).toEqual([
    ['Split 0', ['score']],
    ['Split 1', ['score']],
    ['The same in all', ['rows']],
  ]);
  expect(joinGroups(reply.inputs)).toBeUndefined();
  expect(joinGroups([])).toBeUndefined();
});
