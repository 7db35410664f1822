/** Options that several commands take. */
import type { OptionSpec } from './command';

export const COMMON: Record<string, OptionSpec> = {
  store: {
    type: 'string',
    value: 'folder',
    help: 'The store; default .flow in the workspace, or NX_FLOW_STORE',
  },
  namespace: {
    type: 'string',
    value: 'name',
    help: 'Whose runs count as the newest: a namespace, or everybody; default user:<name>',
  },
  'import-timeout': {
    type: 'string',
    value: 'duration',
    help: 'How long importing the flow may take, such as 30s or 5m; default 2m',
  },
  'no-env': { type: 'boolean', help: 'Leave .env files alone; by default they are read as Nx reads them' },
  json: { type: 'boolean', help: 'One JSON object on stdout; everything else goes to stderr' },
  verbose: { type: 'boolean', help: "Show the engine's own stack frames too" },
  help: { type: 'boolean', help: 'Show this' },
};

/** For every command that takes parameters. */
export const PARAMS_FILE: Record<string, OptionSpec> = {
  'params-file': {
    type: 'string',
    value: 'file.json',
    help: 'Parameters from a JSON object; --params.<name> wins',
  },
};

/** For every command that executes steps. */
export const WITH: Record<string, OptionSpec> = {
  with: {
    type: 'string',
    many: true,
    value: 'option',
    help: 'An option for all steps that do not declare it: retry=3, retry:times=3,wait=10s, timeout=5m, catch=error, isolate, card, env:KEY=VALUE; may be given several times',
  },
};

/** For commands that compare artifacts. */
export const VALUES: Record<string, OptionSpec> = {
  values: {
    type: 'boolean',
    help: 'Say what differs inside of each artifact that changed: paths, rows, lines',
  },
};

/** For commands that read the store. */
export const SPIN_STORE: Record<string, OptionSpec> = {
  spin: { type: 'boolean', help: 'Look at persisted spins (spin --persist), not at the runs' },
};

/** For commands that talk to a queue. */
export const QUEUE: Record<string, OptionSpec> = {
  queue: {
    type: 'string',
    value: 'url',
    help: 'The server of the queues, redis://… or postgres://…; default NX_FLOW_QUEUE',
  },
};

const TIMEOUT: Record<string, OptionSpec> = {
  'queue-timeout': {
    type: 'string',
    value: 'duration',
    help: 'How long is waited for a queue that does not answer; default 5m',
  },
};

const SHIP: Record<string, OptionSpec> = {
  ship: {
    type: 'boolean',
    help: 'Send the code to workers that have not got it, signed with NX_FLOW_QUEUE_KEY; they take it with --accept-shipped',
  },
};

/** For spins: each is executed here unless it is told. */
export const SPIN_ON: Record<string, OptionSpec> = {
  on: {
    type: 'string',
    value: 'queue',
    help: 'The queue whose workers execute the step, such as gpu; queue means the one that the step names, or default',
  },
  ...QUEUE,
  ...TIMEOUT,
  ...SHIP,
};

export const RUN_OPTIONS: Record<string, OptionSpec> = {
  on: {
    type: 'string',
    value: 'queue',
    help: 'The queue whose workers execute the steps that name none, such as default; local executes all of them here',
  },
  ...QUEUE,
  ...TIMEOUT,
  'max-splits': {
    type: 'number',
    help: 'The most splits of a foreach: one that has more fails before any begins; default 10,000 where workers of a queue execute it, and any number here',
  },
  ...SHIP,
  'max-workers': { type: 'number', help: 'Tasks at once; default the number of cores' },
  tag: { type: 'string', many: true, value: 'tag', help: 'A tag for the run; may be given several times' },
  until: {
    type: 'string',
    value: 'step',
    help: 'Execute this step and what it needs, and stop, to be resumed',
  },
  ...PARAMS_FILE,
  ...WITH,
  'run-id-file': {
    type: 'string',
    value: 'file',
    help: 'Write the number of the run to this file as soon as the run begins',
  },
  bail: { type: 'boolean', help: 'Start no task after the first failure' },
};

export const SELECTION: Record<string, OptionSpec> = {
  step: { type: 'string', value: 'step', help: 'The step, or its pathspec: another way to give it' },
  index: { type: 'string', value: 'n', help: 'Which split of a foreach, from 0; nested ones as 2,0' },
  iteration: { type: 'string', value: 'n', help: 'Which iteration of a loop, from 0' },
};
