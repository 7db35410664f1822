/**
 * What a step may return, by its type: what can never be stored is a compile error, with a sentence. Class instances are
 * not looked into: a codec may store them. So it is with interfaces, which a class may be behind.
 */

/** How deep lists and objects are looked into. */
type Deeper = [never, 0, 1, 2, 3, 4, 5];
type Depth = Deeper[number];

type Plain = string | number | boolean | bigint | null | undefined;

/**
 * What a type holds that can never be stored; never where there is nothing, and where that is not known. The values of an
 * object are asked all at once, as a union: a question for each name would cost every step more than all else does.
 */
type Unstorable<T, D extends Depth> = [D] extends [never]
  ? never
  : 0 extends 1 & T
    ? never
    : T extends Plain
      ? never
      : T extends symbol
        ? 'a symbol, which cannot be stored: return a string'
        : // biome-ignore lint/suspicious/noExplicitAny: any function
          T extends ((...args: any) => unknown) | (abstract new (...args: any) => unknown)
          ? 'a function, which cannot be stored: return what it computes'
          : T extends PromiseLike<unknown>
            ? 'a promise, which cannot be stored: await it first'
            : T extends readonly (infer I)[]
              ? Unstorable<I, Deeper[D]>
              : // Neither a class nor an interface has an index of its own.
                T extends { readonly [key: string]: unknown }
                ? Unstorable<T[keyof T], Deeper[D]>
                : T extends ReadonlyMap<infer K, infer V>
                  ? Unstorable<K | V, Deeper[D]>
                  : T extends ReadonlySet<infer I>
                    ? Unstorable<I, Deeper[D]>
                    : never;

type Refused<O> = {
  [K in keyof O & string]-?: `The artifact ${K} holds ${Unstorable<O[K], 5>}`;
}[keyof O & string];

type Verdict<O> = [O[keyof O]] extends [Plain]
  ? 'storable'
  : // An `any` is in it where TypeScript does not know a type, such as of a library without types.
    [Unstorable<O[keyof O], 5>] extends [null]
    ? 'storable'
    : 'refused';

/**
 * Beside the type of a body that returns `O`: `unknown`, or the sentence that says what is wrong with that. The question
 * is put so that a type parameter passes: TypeScript asks it of `any` then.
 */
export type Storable<O> = Verdict<O> extends 'refused' ? Refused<O> : unknown;
