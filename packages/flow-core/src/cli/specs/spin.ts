/** The spec of `spin`, for the command and for the keys of its results. */
import type { CommandSpec } from '../command';
import { PARAMS_FILE, SELECTION, WITH } from '../options';

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
    inspect: {
      type: 'port',
      help: 'Listen for a debugger, at port 9229 or another, while the step is executed',
    },
    'inspect-brk': {
      type: 'port',
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
