/** An object whose properties are promises, each made when it is read. */

export type Values<A> = { readonly [K in keyof A]: Promise<A[K]> };

export function lazyValues<A>(read: (name: string) => Promise<A[keyof A]>): Values<A> {
  return new Proxy({} as Values<A>, {
    get: (_, key) => (typeof key === 'symbol' || key === 'then' ? undefined : read(key)),
  });
}
