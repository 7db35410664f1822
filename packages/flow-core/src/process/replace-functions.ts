/** Puts others in the place of functions of `process`. */
// biome-ignore lint/suspicious/noExplicitAny: functions of any kind
type Function = (...given: any[]) => unknown;

const own = process as unknown as Record<string, Function | undefined>;

/**
 * The returned function puts back what was there. Where a flow has frozen `process`, all of it stays as it is.
 * @param functions each makes one of the real one, which `send` and `disconnect` are not without a channel
 */
export function replaceFunctions<Name extends string>(
  functions: Record<Name, (real: Function | undefined) => Function>,
): () => void {
  const before = Object.entries<(real: Function | undefined) => Function>(functions).map(([name, make]) => {
    const descriptor = Object.getOwnPropertyDescriptor(own, name);
    const value = make(own[name]);
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
