/** Restores the environment variables that a task changes, so that a reused worker gives every task the same ones. */

export interface WatchedEnv {
  /** What is there now is not undone any more, such as what the top of a flow's file has set. */
  remember(): void;
  /** Undoes what was written, also where the whole of `process.env` was replaced. */
  restore(): void;
  /** Undoes it, and watches no more. */
  release(): void;
}

/** Puts `process.env` behind a proxy that remembers writes, so that only those have to be undone. */
export function watchEnv(): WatchedEnv {
  const real = process.env;
  const before = new Map<string, string | undefined>();
  const note = (key: string | symbol) => {
    if (typeof key === 'string' && !before.has(key)) before.set(key, real[key]);
  };
  const watched = new Proxy(real, {
    set(target, key, value) {
      note(key);
      return Reflect.set(target, key, value);
    },
    deleteProperty(target, key) {
      note(key);
      return Reflect.deleteProperty(target, key);
    },
    defineProperty(target, key, descriptor) {
      note(key);
      return Reflect.defineProperty(target, key, descriptor);
    },
  });
  process.env = watched;
  const restore = () => {
    if (process.env !== watched) Reflect.set(process, 'env', watched);
    if (before.size === 0) return;
    for (const [key, value] of before) {
      if (value === undefined) delete real[key];
      else real[key] = value;
    }
    before.clear();
  };
  return {
    remember() {
      const now = process.env;
      if (now !== watched) {
        for (const key of Object.keys(real)) if (!(key in now)) delete real[key];
        Object.assign(real, now);
        Reflect.set(process, 'env', watched);
      }
      before.clear();
    },
    restore,
    release() {
      restore();
      Reflect.set(process, 'env', real);
    },
  };
}
