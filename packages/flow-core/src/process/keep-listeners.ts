/** Keeps the listeners that `process` has from code that removes all of them, such as of `uncaughtException`. */
type Event = string | symbol;
type Listener = () => void;

/** What is listened to now stays, until the returned function is called. */
export function keepListeners(): () => void {
  const kept = process.eventNames().map((name) => [name, process.rawListeners(name) as Listener[]] as const);
  const own = Object.getOwnPropertyDescriptor(process, 'removeAllListeners');
  const { removeAllListeners } = process;
  let active = true;
  const ours = (...event: [Event?]) => {
    removeAllListeners.apply(process, event as never);
    for (const [name, listeners] of active ? kept : []) {
      const now = process.rawListeners(name);
      for (const listener of listeners) if (!now.includes(listener)) process.on(name, listener);
    }
    return process;
  };
  process.removeAllListeners = ours;
  return () => {
    active = false;
    if (process.removeAllListeners !== ours) return;
    if (own) Object.defineProperty(process, 'removeAllListeners', own);
    else Reflect.deleteProperty(process, 'removeAllListeners');
  };
}
