import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
/** FlowError, and the ends of sentences about unknown names. */
import { FlowError, isFlowError, nearest, problemsError, suggest } from '../../src/definition/errors';

test('a FlowError has a code, an exit code, its cause and itself as its only problem', () => {
  const cause = new Error('disk full');
  const error = new FlowError('FLOW_STORE', 'The store cannot be written.', { cause, exit: 1 });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'FlowError', code: 'FLOW_STORE', exit: 1, cause });
  expect(error.problems).toEqual([{ code: 'FLOW_STORE', message: 'The store cannot be written.' }]);
  const bare = new FlowError('FLOW_USAGE', 'No.');
  expect(bare.exit).toBe(2);
  expect('cause' in bare).toBe(false);
});

test('a FlowError is recognised by what it has, whichever copy of the package made it', () => {
  const foreign = Object.assign(new Error('x'), { name: 'FlowError', code: 'FLOW_X', problems: [] });
  expect(isFlowError(new FlowError('FLOW_X', 'x'))).toBe(true);
  expect(isFlowError(foreign)).toBe(true);
  for (const other of [
    new Error('x'),
    { name: 'FlowError', code: 'X', problems: [] },
    undefined,
    null,
    'FlowError',
  ]) {
    expect(isFlowError(other)).toBe(false);
  }
});

test('one problem is one line, several are a list, each behind its place', () => {
  const one = { code: 'A', message: 'First.', where: '/a.ts:1:2' };
  const two = { code: 'B', message: 'Second.' };
  expect(problemsError('FLOW_INVALID', 'It cannot run', [one]).message).toBe(
    'It cannot run: /a.ts:1:2  First.',
  );
  const both = problemsError('FLOW_INVALID', 'It cannot run', [one, two], { exit: 1 });
  expect(both.message).toBe('It cannot run:\n  /a.ts:1:2  First.\n  Second.');
  expect(both).toMatchObject({ code: 'FLOW_INVALID', exit: 1, problems: [one, two] });
});

test('the nearest name is found across typing errors and cases, and only if it is near', () => {
  expect(nearest('trian', ['start', 'train', 'end'])).toBe('train');
  expect(nearest('TRAIN', ['start', 'train'])).toBe('train');
  expect(nearest('preprocessing', ['preprocess', 'process'])).toBe('preprocess');
  expect(nearest('evaluate', ['start', 'train', 'end'])).toBeUndefined();
  expect(nearest('train', [])).toBeUndefined();
});

test('a short name that shares nothing with the word is not near', () => {
  expect(nearest('x', ['a', 'b'])).toBeUndefined();
  expect(nearest('no', ['up'])).toBeUndefined();
  expect(nearest('ab', ['abc', 'x'])).toBe('abc');
});

test('a suggestion names the nearest, or else what there is', () => {
  expect(suggest('trian', ['train', 'start'])).toBe('Did you mean "train"?');
  expect(suggest('evaluate', ['train', 'start'])).toBe('There are: train, start.');
  expect(suggest('evaluate', new Set(['train']))).toBe('There is: train.');
  expect(suggest('evaluate', [])).toBe('There is none.');
  expect(suggest('evaluate', [], 'It has none.')).toBe('It has none.');
  const many = Array.from({ length: 32 }, (_, i) => `step${i}`);
  expect(suggest('evaluate', many)).toBe(`There are: ${many.slice(0, 30).join(', ')}, ….`);
});

test('the exit code of an error of the store is that of the table, wherever it is thrown', () => {
  const text = readFileSync(join(__dirname, '../../../../docs/reference/errors.md'), 'utf8');
  const [, said = ''] =
    /(`FLOW_STORE_CLOSED`[^\n]*\n?[^\n]*) end a command\s/.exec(text.replace(/\n(?=with)/, ' ')) ?? [];
  const failures: readonly string[] = said.match(/FLOW_STORE_[A-Z_]+/g) ?? [];
  expect(failures).toHaveLength(6);
  const all = new Set(text.match(/(?<=\| `)FLOW_STORE_[A-Z_]+/g));
  for (const code of all)
    expect([code, new FlowError(code, '').exit]).toEqual([code, failures.includes(code) ? 1 : 2]);
  const source = join(__dirname, '../../src');
  for (const name of readdirSync(source, { recursive: true }) as string[]) {
    if (!name.endsWith('.ts')) continue;
    const thrown = readFileSync(join(source, name), 'utf8').matchAll(
      /new FlowError\(\s*'(FLOW_STORE_[A-Z_]+)',[^;]*?exit: (\d)/g,
    );
    for (const [, code = '', exit] of thrown)
      expect([name, code, exit]).toEqual([name, code, failures.includes(code) ? '1' : '2']);
  }
});
