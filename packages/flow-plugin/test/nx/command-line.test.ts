import { parseCommandLine } from '../../../flow-core/src/cli/args';
import { command } from '../../../flow-core/src/cli/commands/resume';
import { commandLine, type ExecutorOptions } from '../../src/nx/command-line';

const flow = 'movies.flow.ts';
/** As Nx calls the executor: options merged and coerced, then what was typed. */
const line = (raw: string[], options: Partial<ExecutorOptions> = {}, ...layers: Partial<ExecutorOptions>[]) =>
  commandLine('spin', { flow, ...options }, layers, raw).slice(1);

test('what was typed passes as it is, whatever Nx made of it', () => {
  expect(line(['--params.sha=12e3'], { params: { sha: 12000 } })).toEqual([flow, '--params.sha=12e3']);
  expect(line(['--tag=0x10'], { tag: 16 })).toEqual([flow, '--tag=0x10']);
  expect(line(['--set.note=a=b "c"'], { set: { note: 'a=b "c"' } })).toEqual([flow, '--set.note=a=b "c"']);
  expect(line(['--params.note='], { params: { note: '' } })).toEqual([flow, '--params.note=']);
});

test('a value after a space belongs to its option, as it does for Nx', () => {
  expect(line(['--step', 'train'], { step: 'train' })).toEqual([flow, '--step=train']);
  expect(line(['--params.n', '-5'], { params: { n: -5 } })).toEqual([flow, '--params.n=-5']);
  expect(line(['--bail', '--tag', 'x'], { bail: true, tag: 'x' })).toEqual([flow, '--bail', '--tag=x']);
});

test('the step of resume is given by position, by name, or by the configuration', () => {
  const resume = (raw: string[], options: Partial<ExecutorOptions>) =>
    commandLine('resume', { flow, ...options }, [], raw).slice(2);
  // Nx puts what is typed by position into `step` too.
  expect(resume(['train'], { step: 'train' })).toEqual(['train']);
  expect(resume(['--step=train'], { step: 'train' })).toEqual(['--step=train']);
  expect(resume([], { step: 'train' })).toEqual(['--step=train']);
  for (const args of [['train'], ['--step=train'], ['--step', 'train']]) {
    const { positionals, options } = parseCommandLine(command.spec, [flow, ...args]);
    expect(positionals[1] ?? options.step).toBe('train');
  }
});

test('options that were not typed come from the merged ones', () => {
  expect(line([], { step: 'train', origin: 3, json: true, bail: false })).toEqual([
    flow,
    '--step=train',
    '--origin=3',
    '--json=true',
    '--bail=false',
  ]);
  expect(line(['--origin=4'], { step: 'train', origin: 4 })).toEqual([flow, '--step=train', '--origin=4']);
  expect(line(['--no-bail'], { bail: false })).toEqual([flow, '--no-bail']);
  expect(line(['--max-workers=2'], { maxWorkers: 2 })).toEqual([flow, '--max-workers=2']);
});

test('tags of the configuration are all given, and replaced by those that were typed', () => {
  expect(line([], { tag: ['a', 'b'] })).toEqual([flow, '--tag=a', '--tag=b']);
  expect(line(['--tag=c'], { tag: 'c' }, { tag: ['a', 'b'] })).toEqual([flow, '--tag=c']);
});

test('options for all steps pass with their commas and colons, typed or configured', () => {
  const options = ['retry:times=3,wait=10s', 'env:A=1,2'];
  const given = options.map((option) => `--with=${option}`);
  expect(line([], { with: options })).toEqual([flow, ...given]);
  expect(line(given, { with: options })).toEqual([flow, ...given]);
});

test('a step by position takes the place of the one that is configured, and the other way round', () => {
  expect(line(['12/train/3'], { pathspec: '12/train/3', step: 'tune' })).toEqual([flow, '12/train/3']);
  expect(line(['--step=tune'], { pathspec: 'train', step: 'tune' })).toEqual([flow, '--step=tune']);
  expect(line([], { pathspec: 'train' })).toEqual([flow, 'train']);
  expect(line(['--pathspec=12/train'], { pathspec: '12/train' })).toEqual([flow, '12/train']);
});

test('parameters of target, configuration and command line are taken one by one, the last one first', () => {
  const target = { params: { a: 1, b: 2, c: 3 } };
  const configuration = { params: { b: 20, c: 30 } };
  expect(line([], configuration, target, configuration)).toEqual([
    flow,
    '--params.a=1',
    '--params.b=20',
    '--params.c=30',
  ]);
  expect(line(['--params.c=3e2'], { params: { c: 300 } }, target, configuration)).toEqual([
    flow,
    '--params.a=1',
    '--params.b=20',
    '--params.c=3e2',
  ]);
});

test('configured values are written as the command reads them: text as text, the rest as JSON', () => {
  const params = { text: '12e3', number: 5, flag: false, list: [1, 2] };
  expect(line([], { params })).toEqual([
    flow,
    '--params.text=12e3',
    '--params.number=5',
    '--params.flag=false',
    '--params.list=[1,2]',
  ]);
  // An artifact is JSON if it parses: text that looks like a number must stay text.
  expect(line([], { set: { text: '12', number: 12 } })).toEqual([flow, '--set.text="12"', '--set.number=12']);
});

test('a flow of a file with several is asked for by its name', () => {
  expect(commandLine('run', { flow, name: 'songs' }, [], [])).toEqual(['run', 'songs']);
  expect(commandLine('run', { flow: 'other.flow.ts' }, [], ['--flow=other.flow.ts'])).toEqual([
    'run',
    'other.flow.ts',
  ]);
});
