/** The context that a step's body is called with: parameters, `current`, `signal`, `log`. Its inputs are in `input-objects.ts`. */
import { printable, SHORT, unread } from '../../store/values/printable';
import type { Getters } from './computed';
import type { Execution } from './execution';
import type { ReadLog } from './reads';
import type { RunContext } from './task';
import type { Decode } from './view';

/** All but its inputs, which `addInputs` adds. @param reads Notes what the body looks at. */
export function contextGetters(execution: Execution, reads: ReadLog): Getters {
  const { run, spec, artifacts } = execution;
  let current: object | undefined;
  let params: object | undefined;
  const log = (message: string) => execution.log('stdout', `${message}\n`);
  // Made when it is asked for: a quick task asks for little.
  const getters: Getters = {
    params: () => (params ??= lazyParams(run, artifacts.decode, reads)),
    current: () => (current ??= currentOf(execution, reads)),
    card: () => execution.card(),
    signal: () => execution.signal(),
    log: () => log,
  };
  if (spec.iteration !== undefined) {
    getters.iteration = () => {
      reads.iteration();
      return spec.iteration;
    };
  }
  return getters;
}

/** Fields that can differ between two executions of one place say when they are read; flow and step cannot. */
function currentOf({ run, spec }: Execution, reads: ReadLog): object {
  const task = spec.shown ?? spec.task;
  const note = <T>(name: string, value: T): T => {
    reads.current(name);
    return value;
  };
  const tags = new Set(run.tags);
  // Whether it is there can be seen without reading it.
  reads.current('origin');
  const current = printable({
    flow: run.flow,
    get run() {
      return note('run', run.run);
    },
    step: spec.step,
    get task() {
      return note('task', task);
    },
    get pathspec() {
      return note('pathspec', `${run.flow}/${run.run}/${spec.step}/${task}`);
    },
    get attempt() {
      return note('attempt', spec.attempt);
    },
    get user() {
      return note('user', run.user);
    },
    get namespace() {
      return note('namespace', run.namespace);
    },
    ...(run.origin === undefined ? {} : { origin: run.origin }),
    get tags() {
      return note('tags', tags);
    },
  });
  return Object.freeze(current);
}

/** Parameters are decoded when read, each task its own copy; one that does not exist is undefined, as TypeScript says. */
function lazyParams(run: RunContext, decode: Decode, reads: ReadLog): object {
  const params: Record<string, unknown> = printable({});
  const values = new Map<string, unknown>();
  for (const [name, record] of run.params) {
    Object.defineProperty(params, name, {
      enumerable: true,
      get() {
        reads.param(name);
        if (!values.has(name)) values.set(name, decode(record));
        return values.get(name);
      },
    });
  }
  // For a line that shows them: a large value that nobody has read is not decoded for that.
  const short = () =>
    run.params.map(([name, record]) => {
      reads.param(name);
      return [name, record.hash !== undefined && !values.has(name) ? unread(record) : params[name]];
    });
  return Object.defineProperty(params, SHORT, { get: () => Object.fromEntries(short()) });
}
