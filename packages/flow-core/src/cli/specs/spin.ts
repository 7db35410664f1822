/** The spec of `spin`, for the command and for the keys of its results. */
import type { CommandSpec, Values } from '../command';
import { PARAMS_FILE, SELECTION, SPIN_ON, VALUES, WITH } from '../options';

/** Whether the command is of several tasks at once: a sweep, or a chain of steps. */
export function isOfSeveral({ from, iteration, through }: Values): boolean {
  return from !== undefined || iteration === 'all' || through !== undefined;
}

/** Whether the workers of a queue may execute the step. */
export function isAway({ on }: Values): boolean {
  return on !== undefined && on !== 'local';
}

/** 9229 is where debuggers look first. */
const PORT = { type: 'port', value: 'port', bare: '9229' } as const;

export const spec: CommandSpec = {
  name: 'spin',
  help: 'Execute one step on the inputs that a run recorded; nothing is stored',
  positionals: ['<flow>', '[step | run/step | run/step/task]'],
  options: {
    ...SELECTION,
    iteration: {
      type: 'string',
      value: 'n',
      help: 'Which iteration of a loop, from 0; or all of them, in one table',
    },
    origin: {
      type: 'number',
      value: 'run',
      help: 'The run whose inputs to use; default the newest that has them',
    },
    ...PARAMS_FILE,
    ...WITH,
    without: {
      type: 'string',
      many: true,
      value: 'option',
      help: 'An option of the step that is left out, such as timeout, or several: timeout,env; may be given several times',
    },
    all: {
      type: 'boolean',
      help: 'Every split of a foreach, in parallel; with --index=2, those under split 2 of the outer one',
    },
    from: {
      type: 'string',
      value: 'runs',
      help: 'On the inputs of several runs, in one table: last:5, 12,15 or tag:exp*; also with --all',
    },
    through: {
      type: 'string',
      value: 'step',
      help: 'Then spin the steps after it too, up to this one, on what was just made',
    },
    'max-workers': {
      type: 'number',
      help: 'With --all, --from and --through: tasks at once; default the number of cores',
    },
    ...SPIN_ON,
    artifacts: {
      type: 'string',
      value: 'file.ts',
      help: 'A module whose default export is what the step shall see instead: an object, or a function of the inputs',
    },
    ...VALUES,
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
    'nx-flow spin movies genre --from=last:5',
    'nx-flow spin movies genre --index=2 --through=playlist',
  ],
  // One step ends with its process, unless that is on another machine.
  endsInOrder: (options) => options.all === true || isOfSeveral(options) || isAway(options),
};
