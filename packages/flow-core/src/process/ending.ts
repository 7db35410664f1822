/** Ends this process; and stops the code of users from ending it, or its output, by any of the ways in which code can. */

/** Signals that end no process, or that Node takes for itself. */
const HARMLESS = new Set<unknown>([0, 'SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGIO', 'SIGUSR1']);

let exiting = false;

/** By these, a process ends. `Reflect.set` throws nothing where `process` was made unchangeable. */
const ENDS = ['exit', 'reallyExit', 'abort', 'kill'] as const;

type Internals = typeof process & { reallyExit(code?: number): never; _exiting?: boolean };

const { exit: realExit, reallyExit } = process as Internals;

/** How the program that a process is ends it. */
export type Ends = Pick<Internals, 'exit' | 'reallyExit'>;

/** Functions in these places that are no flow's. */
const known = new WeakSet<object>();

/** How this process is ended now. */
export function endsOfProcess(): Ends {
  const { exit: end, reallyExit: reallyEnd } = process as Internals;
  return { exit: end, reallyExit: reallyEnd };
}

/** The code of the exit under way. Its listeners, and what has replaced functions of `process`, change nothing about it. */
let decided: number | undefined;

/** Ends this process as `process.exit` does, also where that is forbidden to the code of users: its listeners are called. */
export function exit(code: number): never {
  exiting = true;
  decided = code;
  try {
    realExit.call(process, code);
  } catch {
    // A listener threw.
  }
  // A flow may have replaced what that calls.
  return exitNow(code);
}

/** Ends this process at once, whatever a flow did to `process.exit` and to the listeners of `exit`. */
export function exitNow(code = 0): never {
  return reallyExit.call(process, code);
}

/**
 * Returns what is thrown at a call that would end the process, or undefined where it may.
 * @param call as it would be written: `process.exit(0)`
 */
export type Refusal = (call: string) => Error | undefined;

/**
 * As {@link forbidEnd}; and a call that would close the output of the process throws, too.
 * @param ends A call that is not refused comes to these functions, whatever a flow has put in their place.
 */
export function forbidExit(refusal: Refusal, ends?: Ends): () => void {
  const allow = [forbidEnd(refusal, ends), keepOpen('stdout', refusal), keepOpen('stderr', refusal)];
  return () => {
    for (const one of allow) one();
  };
}

/** What was thrown at calls that would end the process. */
const refused = new WeakSet<Error>();

/** Node ends the process for what a listener of `uncaughtException` throws, such as one that was refused to end it. */
function passOverRefused(): () => void {
  const self = process as Internals;
  const { emit } = self;
  const ours = (...given: unknown[]) => {
    try {
      return Reflect.apply(emit, self, given);
    } catch (error) {
      if (given[0] === 'uncaughtException' && refused.has(error as Error)) return true;
      throw error;
    }
  };
  Reflect.set(self, 'emit', ours);
  return () => {
    if (self.emit === ours) Reflect.set(self, 'emit', emit);
  };
}

/** From now on, a call that would end the process throws instead, until the returned function is called. */
export function forbidEnd(refusal: Refusal, ends?: Ends): () => void {
  const self = process as Internals;
  let active = true;
  const listening = new Map<unknown, number>();
  const before = { exit: self.exit, reallyExit: self.reallyExit, abort: self.abort, kill: self.kill };
  const ours: typeof before = {
    exit: ((...code: [number?]) => {
      refuse(`process.exit(${written(code[0])})`);
      decided = numberOf(code[0] ?? process.exitCode ?? 0);
      const replaced = ends !== undefined && !known.has(before.exit);
      try {
        before.exit.apply(self, code);
      } catch (error) {
        if (!replaced) throw error;
      } finally {
        // What a flow put there has not ended the process.
        if (replaced) ends?.exit.apply(self, code);
        decided = undefined;
      }
      return undefined as never;
    }) as typeof self.exit,
    // `exit` of `node:process` as an ES module has it leads here too, after the event `exit`.
    reallyExit: ((...code: [number?]) => {
      refuse(`process.exit(${written(code[0])})`);
      const given = decided ?? code[0];
      before.reallyExit.call(self, given);
      if (ends && !known.has(before.reallyExit)) ends.reallyExit.call(self, given);
      return undefined as never;
    }) as typeof self.reallyExit,
    abort: (() => {
      refuse('process.abort()');
      return before.abort.call(self);
    }) as typeof self.abort,
    kill: (pid, signal = 'SIGTERM') => {
      const named = pid === process.pid ? 'process.pid' : String(pid);
      if (endsThisProcess(pid, signal)) refuse(`process.kill(${named}, ${written(signal)})`);
      return before.kill.call(self, pid, signal);
    },
  };

  function refuse(call: string): void {
    const error = active && !exiting ? refusal(call) : undefined;
    if (!error) return;
    // The event `exit` has been emitted, and nothing after it: the process goes on.
    self._exiting = false;
    refused.add(error);
    throw error;
  }

  function endsThisProcess(pid: unknown, signal: string | number): boolean {
    if (![process.pid, -process.pid, 0, -1].includes(pid as number)) return false;
    if (HARMLESS.has(signal)) return false;
    // Code that has taken a signal over may send it to itself.
    return typeof signal === 'number' || process.listenerCount(signal) <= (listening.get(signal) ?? 0);
  }

  for (const signal of process.eventNames()) {
    if (typeof signal === 'string' && signal.startsWith('SIG'))
      listening.set(signal, process.listenerCount(signal));
  }
  known.add(ours.exit).add(ours.reallyExit);
  if (ends) known.add(ends.exit).add(ends.reallyExit);
  for (const name of ENDS) Reflect.set(self, name, ours[name]);
  const hear = passOverRefused();
  return () => {
    active = false;
    hear();
    // What has replaced ours meanwhile, and calls it, stays.
    for (const name of ENDS) if (self[name] === ours[name]) Reflect.set(self, name, before[name]);
  };
}

interface Closable {
  end(...given: unknown[]): unknown;
  destroy(...given: unknown[]): unknown;
}

function keepOpen(name: 'stdout' | 'stderr', refusal: Refusal): () => void {
  let active = true;
  const refuse = (call: string) => {
    const error = active && !exiting ? refusal(call) : undefined;
    if (error) throw error;
  };
  const stream = process[name] as unknown as Closable;
  const { end, destroy } = stream;
  const ours: Closable = {
    end(...given) {
      refuse(`process.${name}.end()`);
      return end.apply(stream, given);
    },
    destroy(...given) {
      // Node itself does so when a write has failed.
      if ((given[0] as NodeJS.ErrnoException | undefined)?.syscall !== 'write')
        refuse(`process.${name}.destroy()`);
      return destroy.apply(stream, given);
    },
  };
  Reflect.set(stream, 'end', ours.end);
  Reflect.set(stream, 'destroy', ours.destroy);
  return () => {
    active = false;
    if (stream.end === ours.end) Reflect.set(stream, 'end', end);
    if (stream.destroy === ours.destroy) Reflect.set(stream, 'destroy', destroy);
  };
}

function numberOf(code: unknown): number | undefined {
  const number = Number(code);
  return Number.isInteger(number) ? number : undefined;
}

function written(code: unknown): string {
  return typeof code === 'number' ? String(code) : typeof code === 'string' ? `'${code}'` : '';
}
