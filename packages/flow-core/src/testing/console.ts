/** Captures what this process prints: its streams, and its console, which a test runner may have replaced. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { FlowError } from '../definition/errors';
import { isInBody } from '../engine/contain/bodies';
import { captureOutput, type Heard } from '../engine/contain/capture-output';

/** Hears what the body under way prints, and nothing else. Returns a function that restores everything. */
export function captureProcess(heard: Heard): () => void {
  const streams = captureOutput(heard, isInBody);
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        heard(name, String(chunk));
        done();
      },
    });
  const hearing = new Console({ stdout: stream('stdout'), stderr: stream('stderr'), colorMode: false });
  const target = console as unknown as Record<string, unknown>;
  const before = new Map<string, PropertyDescriptor | undefined>();
  for (const [name, value] of Object.entries(hearing)) {
    if (typeof value !== 'function' || name === 'Console') continue;
    before.set(name, Object.getOwnPropertyDescriptor(target, name));
    const others = target[name];
    Object.defineProperty(target, name, {
      configurable: true,
      enumerable: true,
      // Not a function around both: a test runner shows the line that calls.
      get: () => (isInBody() ? value : others),
      set: (set) => Object.defineProperty(target, name, { ...DATA, value: set }),
    });
  }
  return () => {
    streams();
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(target, name, descriptor);
      else delete target[name];
    }
  };
}

const DATA = { writable: true, configurable: true, enumerable: true };

let last: Promise<unknown> = Promise.resolve();

/** Set in what a runner executes. */
const turns = new AsyncLocalStorage<true>();

/** Runs one piece of work after another: each needs the process's streams, environment and `exit` for itself. */
export function exclusively<T>(work: () => Promise<T>): Promise<T> {
  if (turns.getStore()) return Promise.reject(nested());
  const turn = last.then(() => turns.run(true, work));
  last = turn.catch(() => {});
  return turn;
}

function nested(): FlowError {
  return new FlowError(
    'FLOW_USAGE',
    'A step that a Runner executes in this process calls another Runner, which would wait for the first one for ever. Give the inner one a file, as in `new Runner("other.flow.ts")`: it has a process of its own.',
  );
}
