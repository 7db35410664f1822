/**
 * Stands between a task and the functions of `process` that change it for others, or talk to the process that started it.
 * Without a channel to that one, `send` and `disconnect` are undefined.
 */
type Name =
  | 'umask'
  | 'send'
  | 'disconnect'
  | 'removeAllListeners'
  | 'setUncaughtExceptionCaptureCallback'
  | 'setSourceMapsEnabled';
type Function = (...args: unknown[]) => unknown;
type Functions = Record<Name, Function | undefined>;

const own = process as unknown as Functions;

/**
 * Whoever started this process hears nothing of what a task sends, and no listener of the engine is removed.
 * @param restoreListeners called when listeners of an event, or of all, were removed
 * @param ours whether a call is a task's
 */
export function guardTalk(
  restoreListeners: (event?: string | symbol) => void,
  ours: () => boolean,
): () => void {
  return replace({
    send:
      (real) =>
      (...args) => {
        if (!ours()) return real?.apply(own, args);
        const sent = args.find((arg) => typeof arg === 'function') as ((error: null) => void) | undefined;
        if (sent) process.nextTick(sent, null);
        return true;
      },
    disconnect: (real) => () => {
      if (!ours()) real?.apply(own, []);
    },
    removeAllListeners: (real) => (event) => {
      real?.apply(own, event === undefined ? [] : [event]);
      if (ours()) restoreListeners(event as string | undefined);
      return own;
    },
    // Else an error of the task would be heard by it alone, and the next task's, too.
    setUncaughtExceptionCaptureCallback:
      (real) =>
      (...callback) => {
        if (!ours()) real?.apply(own, callback);
      },
    // Else the lines of errors are those of the compiled text.
    setSourceMapsEnabled:
      (real) =>
      (...enabled) => {
        if (enabled[0] === true || !ours()) real?.apply(own, enabled);
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
        return real?.apply(own, mask);
      },
  });
}

function replace(functions: Partial<Record<Name, (real: Function | undefined) => Function>>): () => void {
  const before = Object.entries(functions).map(([name, make]) => {
    const descriptor = Object.getOwnPropertyDescriptor(own, name);
    const value = make(own[name as Name]);
    Reflect.defineProperty(own, name, { configurable: true, enumerable: true, writable: true, value });
    return [name, descriptor] as const;
  });
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Reflect.defineProperty(own, name, descriptor);
      else Reflect.deleteProperty(own, name);
    }
  };
}
