/** The spec of `spin`, for the command and for the keys of its results. */
import type { CommandSpec } from '../command';
import { PARAMS_FILE, SELECTION, WITH } from '../options';

/** 9229 is where debuggers look first. */
const PORT = { type: 'port', value: 'port', bare: '9229' } as const;

export const spec: CommandSpec = {
  name: 'spin',
  help: 'Execute one step on the inputs that a run recorded; nothing is stored',
  positionals: ['<flow>', '[step | run/step | run/step/task]'],
  options: {
    ...SELECTION,
    origin: {
      type: 'number',
      value: 'run',
      help: 'The run whose inputs to use; default the newest that has them',
    },
    ...PARAMS_FILE,
    ...WITH,
    all: {
      type: 'boolean',
      help: 'Every split of a foreach, in parallel; with --index=2, those under split 2 of the outer one',
    },
    'max-workers': { type: 'number', help: 'With --all: splits at once; default the number of cores' },
    artifacts: {
      type: 'string',
      value: 'file.ts',
      help: 'A module whose default export is what the step shall see instead: an object, or a function of the inputs',
    },
    watch: {
      type: 'boolean',
      help: 'Spin again whenever a file changes that the step depends on; keys are listed by ?',
    },
    freeze: {
      type: 'string',
      value: 'file.test.ts',
      bare: '',
      help: 'Write a test that spins this step on these inputs, and expects these outputs',
    },
    force: { type: 'boolean', help: 'With --freeze: replace the test that is there' },
    'max-size': {
      type: 'string',
      value: 'size',
      help: 'With --freeze: what the test and its files may take, such as "10 MB"; default 1 MB',
    },
    inspect: {
      ...PORT,
      help: 'Listen for a debugger, at port 9229 or another, while the step is executed',
    },
    'inspect-brk': {
      ...PORT,
      help: 'Wait for a debugger, and stop at the first line of the step; 0 means any free port',
    },
    persist: { type: 'boolean', help: 'Persist the spin: nx-flow dump --spin shows it' },
  },
  families: ['params', 'set'],
  examples: [
    'nx-flow spin movies playlist',
    'nx-flow spin movies 12/genre/3',
    'nx-flow spin movies genre --index=2 --params.minVotes=500',
  ],
  // One step ends with its process.
  endsInOrder: ({ all }) => all === true,
};
