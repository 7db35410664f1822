/** Restores what a task may change in its process, so that a reused worker gives every task the same start. */

/** Puts `process.env` behind a proxy that remembers writes, so that only those have to be undone. */
export function watchEnv(): { restore(): void } {
  const real = process.env;
  const before = new Map<string, string | undefined>();
  const note = (key: string | symbol) => {
    if (typeof key === 'string' && !before.has(key)) before.set(key, real[key]);
  };
  process.env = new Proxy(real, {
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
  return {
    restore() {
      for (const [key, value] of before) {
        if (value === undefined) delete real[key];
        else real[key] = value;
      }
      before.clear();
    },
  };
}
