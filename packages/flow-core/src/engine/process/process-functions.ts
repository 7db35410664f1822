/** Stands between a task and the functions of `process` that end it, or that talk to the process that started it. */
import { FlowError } from '../../definition/errors';

/**
 * Code tries to end the process. Returns an error that it gets instead; undefined lets it go.
 * @param how `process.exit(3)`
 */
export type Leaves = (how: string) => Error | undefined;

type Name = 'umask' | 'exit' | 'reallyExit' | 'abort' | 'kill' | 'send' | 'disconnect' | 'removeAllListeners';
type Function = (...args: unknown[]) => unknown;
type Functions = Record<Name, Function>;

const own = process as unknown as Functions;

/** The error of a step that tries to end a process that is not its own. */
export function leftError(how: string): FlowError {
  return new FlowError('FLOW_STEP_EXITED', `The step called ${how}.`, { exit: 1 });
}

/** Asks before the process is ended, by its own functions or by a signal to itself. Returns what makes an end of that. */
export function guardEnding(leaves: Leaves): () => void {
  const ask = (how: string) => {
    const error = leaves(how);
    if (error) throw error;
  };
  const ending = (name: Name) => (real: Function) => (code: unknown) => {
    ask(`process.${name}(${code === undefined ? '' : String(code)})`);
    return real.call(own, code);
  };
  return replace({
    exit: ending('exit'),
    reallyExit: ending('reallyExit'),
    abort: ending('abort'),
    kill: (real) => (pid, signal) => {
      const named = SELF.get(pid) ?? (pid === process.pid ? 'process.pid' : undefined);
      if (named !== undefined && signal !== 0 && !isHeard(signal))
        ask(`process.kill(${named}${signal === undefined ? '' : `, '${String(signal)}'`})`);
      return real.call(own, pid, signal);
    },
  });
}

/** Process ids that mean this process too: its group, and every process. */
const SELF = new Map<unknown, string>([
  [0, '0'],
  [-1, '-1'],
]);

/** Whether a listener takes a signal. The engine's own listeners of these three mean that the command is to end. */
function isHeard(signal: unknown): boolean {
  if (typeof signal !== 'string' || ['SIGINT', 'SIGTERM', 'SIGHUP'].includes(signal)) return false;
  return process.listenerCount(signal) > 0;
}

/**
 * Whoever started this process hears nothing of what a task sends, and no listener of the engine is removed.
 * @param restoreListeners called when listeners of an event, or of all, were removed
 */
export function guardTalk(restoreListeners: (event?: string | symbol) => void): () => void {
  return replace({
    send:
      () =>
      (...args) => {
        const sent = args.find((arg) => typeof arg === 'function') as ((error: null) => void) | undefined;
        if (sent) process.nextTick(sent, null);
        return true;
      },
    disconnect: () => () => {},
    removeAllListeners: (real) => (event) => {
      real.apply(own, event === undefined ? [] : [event]);
      restoreListeners(event as string | undefined);
      return own;
    },
  });
}

/** Notes that the umask is changed: to ask for it takes two calls of the system. */
export function noteUmask(changed: () => void): () => void {
  return replace({
    umask:
      (real) =>
      (...mask) => {
        if (mask[0] !== undefined) changed();
        return real.apply(own, mask);
      },
  });
}

function replace(functions: Partial<Record<Name, (real: Function) => Function>>): () => void {
  const before = Object.entries(functions).map(([name, make]) => {
    const descriptor = Object.getOwnPropertyDescriptor(own, name);
    const value = make(own[name as Name]);
    Object.defineProperty(own, name, { configurable: true, enumerable: true, writable: true, value });
    return [name, descriptor] as const;
  });
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(own, name, descriptor);
      else Reflect.deleteProperty(own, name);
    }
  };
}
