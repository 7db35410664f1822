/**
 * The types of the flow API. They stay cheap: see `Put`, and test/types for their cost.
 * Long, because it is the one page of what users type.
 */
import type { z } from 'zod';
import type { Card } from '../card/card';
import type { SharedCard, SharedOptions } from '../card/part';
import type { AnyCodec, Later, LaterCodec } from './codec';
import type { Storable } from './storable';

type Simplify<T> = { [K in keyof T]: T[K] } & {};

/**
 * The artifacts after `A` and then `B`. Disjoint keys intersect, which is flat and cheap (a mapped type at every
 * step ends in TS2589 after some twenty of them). Only a clash is rewritten: the last one wins.
 */
export type Put<A, B> = [keyof A & keyof B] extends [never] ? A & B : Over<A, B>;
type Over<A, B> = B extends unknown
  ? Simplify<Omit<A, keyof B> & Omit<B, keyof A> & { readonly [K in keyof A & keyof B]: Last<A, B, K> }>
  : never;
/** What a step need not return may be what stood there before. */
type Last<A, B, K extends keyof B> = K extends keyof A
  ? Partial<B> extends Pick<B, K>
    ? A[K] | Exclude<B[K], undefined>
    : B[K]
  : B[K];

/** What a foreach splits: an array, a typed array, a Set, a Map by its entries, or what else gives its items. */
type List = object & Iterable<unknown>;
type Item<T> = T extends readonly (infer I)[] ? I : T extends Iterable<infer I> ? I : never;

/** The names in `A` that hold a list. */
type Lists<A> = { [K in keyof A & string]: A[K] extends List ? K : never }[keyof A & string];

/** What is around a step, as a type: the items of its foreaches, innermost first. */
export interface Around {
  readonly items: readonly unknown[];
}
/** It stands in no foreach. */
export interface Outside extends Around {
  readonly items: readonly [];
}
/** It stands in one: what stood before that (`never` where it fails over nothing), and what is around it. */
export interface Split<out I extends readonly unknown[], out B, out S> extends Around {
  readonly items: I;
  readonly before: B;
  readonly around: S;
}
type Inside = Split<readonly unknown[], unknown, Around>;

// biome-ignore lint/complexity/noBannedTypes: "no artifacts" is what {} means here
type None = {};

/** Made read-only once, here: `Readonly` around a step's artifacts would cost every name again at every step. */
type Artifacts<O, L> = [Awaited<O>] extends [never]
  ? None
  : Awaited<O> extends object
    ? [L] extends [never]
      ? Readonly<Awaited<O>>
      : { readonly [K in keyof Awaited<O>]: Handed<Awaited<O>[K], L> }
    : None;

/**
 * What a step leaves after `A`: of one that catches, either its artifacts or its error under `V`. In a foreach these are two
 * members of a union, which `inputs` of the join narrow by `V`. A third one that catches there has both in one: so unions stay
 * small.
 */
type Left<A, O, V, S, L> = [V] extends [string]
  ? [S] extends [Inside]
    ? [IsMany<A>] extends [true]
      ? Caught<A, Artifacts<O, L>, V>
      : (Artifacts<O, L> & { readonly [K in V]: undefined }) | Failed<Artifacts<O, L>, V>
    : Caught<A, Artifacts<O, L>, V>
  : Artifacts<O, L>;
type Caught<A, O, V extends string> = {
  readonly [K in keyof O & string]: Last<A, O, K> | undefined;
} & { readonly [K in V]: Error | undefined };
type Failed<O, V extends string> = { readonly [K in keyof O & string]: undefined } & {
  readonly [K in V]: Error;
};

/** Whether a union has more than two members. */
type IsMany<U> = IsUnion<U> extends true ? IsUnion<Exclude<U, Some<U>>> : false;
/** One member of a union. */
type Some<U> = Intersect<U extends unknown ? () => U : never> extends () => infer L ? L : never;

/** A value as later steps read it: where a codec decodes it with time (it is one of `L`), as a handle. */
type Handed<T, L> = [L] extends [never]
  ? T
  : 0 extends 1 & T
    ? T
    : T extends Kept
      ? T
      : [Alike<T, L>] extends [never]
        ? T extends readonly unknown[]
          ? { [K in keyof T]: Handed<T[K], L> }
          : T extends Map<infer K, infer V>
            ? Map<Handed<K, L>, Handed<V, L>>
            : T extends Set<infer V>
              ? Set<Handed<V, L>>
              : [Extract<T[keyof T], (...args: never[]) => unknown>] extends [never]
                ? { [K in keyof T]: Handed<T[K], L> }
                : T
        : Later<T>;
/**
 * The class of `L` that `T` is: of a class with private fields any subclass is one, too. Of any other class a plain object
 * has the type, and only the same fields are taken for it.
 */
type Alike<T, L> = L extends unknown
  ? [T] extends [L]
    ? [Pick<L, keyof L>] extends [L]
      ? [L] extends [T]
        ? L
        : never
      : L
    : never
  : never;
type Kept = Later<unknown> | string | number | boolean | bigint | symbol | null | undefined;
/** What stands for an artifact when it is returned again. */
type Again<T, L> = [L] extends [never] ? T : T extends Later<infer V> ? T | V : T;

/** What the codecs of a flow decode with time. */
export type LaterOf<C extends readonly AnyCodec[]> = C[number] extends infer One
  ? One extends LaterCodec<infer T>
    ? 0 extends 1 & T
      ? never
      : T
    : never
  : never;
type Returned<O> = O | Promise<O>;
// biome-ignore lint/suspicious/noConfusingVoidType: a body may return nothing
type Body = object | void;

declare const ARTIFACTS: unique symbol;
declare const STACK: unique symbol;
declare const CASES: unique symbol;
declare const PARAMS: unique symbol;
declare const BEFORE: unique symbol;

/** What `step.run` takes: any part of the step's context. */
type Loose<C> = {
  [K in keyof C]?: K extends 'self'
    ? Partial<C[K]>
    : K extends 'inputs'
      ? { readonly [I in keyof C[K]]?: Partial<C[K][I]> }
      : C[K];
};

/** A declared step. Pass it as `after`; its type carries the artifacts that it leaves behind. */
// biome-ignore lint/suspicious/noExplicitAny: a seam of inference, any step fits
export interface Step<A = any, S extends Around = any, C = any> {
  readonly name: string;
  readonly [ARTIFACTS]: A;
  readonly [STACK]: S;
  /** Runs only the body, without engine or store. Reading a missing artifact throws FLOW_ARTIFACT_NOT_GIVEN. */
  run(context: Loose<C>): Promise<Partial<A>>;
}

/** A declared switch. It is left through one of its cases: `after: size.when('small')`. */
// biome-ignore lint/suspicious/noExplicitAny: a seam of inference
export interface Switch<A, S extends Around, C extends string, X = any> {
  readonly name: string;
  readonly [CASES]: C;
  run(context: Loose<X>): Promise<Partial<A>>;
  when<K extends C>(value: K): Step<A, S>;
}

/** The identity of a task. In a spin, `run` and `task` are `spin`, `tags` is empty and `origin` is unset. */
export interface Current {
  readonly flow: string;
  readonly run: string;
  readonly step: string;
  readonly task: string;
  /** `flow/run/step/task` */
  readonly pathspec: string;
  /** 0 for the first attempt. */
  readonly attempt: number;
  readonly user: string;
  readonly namespace: string;
  readonly origin?: string;
  readonly tags: ReadonlySet<string>;
}

/** What a task shows: `card.add(…)` makes its card, and changing a component that was added is enough. */
export interface StepCard extends Card {
  /** Another card of this task. @param id letters, digits, `-` and `_`. @throws FlowError FLOW_CARD_ID */
  of(id: string): Card;
  /**
   * The card that all tasks of this step have together: the splits of a foreach, the iterations of a loop. What a task adds is its
   * part of it. @param id as of another card, and not the same. @throws FlowError FLOW_CARD_ID
   */
  shared(id: string, options?: SharedOptions): SharedCard;
}

/** What every step's body gets. Contexts declare their variance (`out`) to spare the compiler computing it. */
export interface BaseContext<out P, out S extends Around> {
  readonly params: Readonly<P>;
  readonly current: Current;
  readonly card: StepCard;
  /** Aborted when the task is to stop: its timeout, or the end of the run. */
  readonly signal: AbortSignal;
  /** The items of the foreaches around this task, innermost first. */
  readonly stack: S['items'];
  /** Writes one line to the task's log. */
  log(message: string): void;
}

export interface Context<out P, out A, out S extends Around> extends BaseContext<P, S> {
  /** Every artifact that reaches this step. Each is decoded when it is first read, as the task's own copy. */
  readonly self: A;
}

export interface ForeachContext<out P, out A, out S extends Around, out I> extends Context<P, A, S> {
  readonly input: I;
  readonly index: number;
}

export interface JoinContext<out P, out In, out S extends Around> extends BaseContext<P, S> {
  /** In a join the splits, in split order; none where the list was empty. In a gather the branches, by their names in `after`. */
  readonly inputs: In;
}

/** When a failed task is tried again. What is thrown as `fatal(error)` is not. */
export interface Retry {
  /** How often, after the first attempt. */
  times: number;
  /** How long to wait before the second attempt: `'10s'`. An error's `retryAfter`, or the header Retry-After of its response, may ask for more. */
  wait?: string;
  /** By what to multiply each further wait. */
  backoff?: number;
  /** How much longer or shorter each wait is, by chance: with 0.5, between half of it and one and a half. From 0 to 1. */
  jitter?: number;
  /** Whether this error is worth a further attempt. All are where it is absent. */
  if?(error: Error & { code?: unknown; status?: unknown }): boolean;
}

/** How many tasks of a step may begin in a time. */
export interface Rate {
  /** At most so many. */
  limit: number;
  /** In any such time: `'1s'`, `'1m'`. */
  per: string;
}

export interface Options<V extends string | undefined = undefined> {
  /** Environment variables for this step alone. */
  env?: Record<string, string>;
  /**
   * Names of variables of the environment that must be there before anything starts, at least six characters long. Their
   * values are masked in all that is shown and logged, and an artifact that holds one is refused (FLOW_SECRET_ARTIFACT).
   */
  secrets?: readonly string[];
  /** Artifacts that this step does not pass on. */
  drop?: readonly string[];
  /**
   * npm packages for this step alone: name to version, range, tag, or anything that npm installs (`file:…` counts
   * from the workspace). They are installed once, into `.flow/env`.
   */
  packages?: Record<string, string>;
  /** A fresh worker process for each task. */
  isolate?: boolean;
  /** What the step needs: a worker of a queue takes a task only where it has as much left. */
  resources?: Record<string, number>;
  /**
   * The queue whose workers execute the step in a run, such as `'gpu'`; `'local'` keeps it here, also with `--on`. A spin executes
   * it here.
   */
  queue?: string;
  /** How often to try again, when, and after which errors. */
  retry?: number | Retry;
  /**
   * How many tasks of this step one worker executes together: for steps that mostly wait, such as for a service. 1 unless given.
   * They share their process, and so its variables, its folder and what they patch.
   */
  concurrency?: number;
  /** At most so many tasks of this step begin in any such time of a run, further attempts included: `{ limit: 10, per: '1s' }`. */
  rate?: Rate;
  /** How long one attempt may take: `'90s'`, `'5m'`, `'2h'`. */
  timeout?: string;
  /** Go on after a failure, with the error as the artifact of this name. */
  catch?: V;
  /** `false`: `run --reuse` never takes a task of this step over from an earlier run. For a step that asks what may change: a service, the clock. */
  cache?: boolean;
  /** Adds what is known of each task to its card: what it read and returned, its code, its output. */
  card?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a seam of inference
type StackOf<X> = X extends Step<any, infer S> ? S : never;
// biome-ignore lint/suspicious/noExplicitAny: a seam of inference
type ArtifactsOf<X> = X extends Step<infer A, any> ? A : never;
type IsUnion<U, T = U> = T extends unknown ? ([U] extends [T] ? false : true) : never;
type SameStack<T extends Record<string, Step>> =
  true extends IsUnion<StackOf<T[keyof T]>> ? 'branches stand under different foreaches' : unknown;
type Shares<A> = readonly NoInfer<keyof A & string>[];
type SplitOf<A, S extends Around, K extends keyof A, B> = Split<readonly [Item<A[K]>, ...S['items']], B, S>;
type Splits<P, A, S extends Around, K extends keyof A> = ForeachContext<
  P,
  A,
  SplitOf<A, S, K, A>,
  Item<A[K]>
>;
/** Inputs of a join that may have none: then merge() gives `B`. */
export interface OrBefore<out B> {
  readonly [BEFORE]?: B;
}
type Inputs<A, B> = [B] extends [never] ? readonly A[] : readonly A[] & OrBefore<B>;
type Joins<P, A, S extends Inside> = JoinContext<P, Inputs<A, S['before']>, S['around']>;
/** What a flow ends with, or what is wrong with that. */
type Ending<A, S extends Around> = S extends Inside
  ? 'A flow cannot end inside a foreach: declare f.join() after its last step, and end after that.'
  : Step<A, S>;
type Branches<T extends Record<string, Step>> = { readonly [K in keyof T]: ArtifactsOf<T[K]> };

/** What a switch's body returns: its `on`, unless an earlier step has set it. */
type Verdict<A, K extends string, C> = K extends keyof A ? object & { readonly [X in K]?: C } : Record<K, C>;

/** A flow that is being declared: one method for each kind of step, `end` last. */
export interface Flow<P, L = never> {
  /** The first step. */
  start<O extends Body>(
    body: ((c: Context<P, None, Outside>) => Returned<O>) & Storable<O>,
  ): Step<Artifacts<O, L>, Outside, Context<P, None, Outside>>;
  start<O extends Body>(
    options: Options,
    body: ((c: Context<P, None, Outside>) => Returned<O>) & Storable<O>,
  ): Step<Artifacts<O, L>, Outside, Context<P, None, Outside>>;

  /** A step after another. Two steps after the same one are branches. */
  step<A, S extends Around, O extends Body, V extends string | undefined = undefined>(
    name: string,
    options: Options<V> & { after: Step<A, S> },
    body: ((c: Context<P, A, S>) => Returned<O>) & Storable<O>,
  ): Step<Put<A, Left<A, O, V, S, L>>, S, Context<P, A, S>>;

  /**
   * One task for each item of the list `over`, in parallel: an array, a typed array, a Set, a Map by its entries, or what else
   * gives its items. Over nothing the join runs with no inputs, unless `empty` is `'fail'`. What `share` names is decoded once
   * for each worker, and all splits see the same frozen value.
   */
  foreach<
    A,
    S extends Around,
    K extends Lists<A>,
    O extends Body,
    V extends string | undefined = undefined,
    E extends 'fail' | undefined = undefined,
  >(
    name: string,
    options: Options<V> & { after: Step<A, S>; over: K; empty?: E; share?: Shares<A> },
    body: ((c: Splits<P, A, S, K>) => Returned<O>) & Storable<O>,
  ): Step<
    Put<A, Left<A, O, V, Inside, L>>,
    SplitOf<A, S, K, E extends string ? never : A>,
    Splits<P, A, S, K>
  >;

  /** One task for all splits of the foreach around `after`; its inputs come in split order. */
  join<A, S extends Inside, O extends Body, V extends string | undefined = undefined>(
    name: string,
    options: Options<V> & { after: Step<A, S> },
    body: ((c: Joins<P, A, S>) => Returned<O>) & Storable<O>,
  ): Step<Left<None, O, V, S['around'], L>, S['around'], Joins<P, A, S>>;

  /** One task for several branches, by name. */
  gather<T extends Record<string, Step>, O extends Body, V extends string | undefined = undefined>(
    name: string,
    options: Options<V> & { after: T & SameStack<T> },
    body: ((c: JoinContext<P, Branches<T>, StackOf<T[keyof T]>>) => Returned<O>) & Storable<O>,
  ): Step<
    Left<None, O, V, StackOf<T[keyof T]>, L>,
    StackOf<T[keyof T]>,
    JoinContext<P, Branches<T>, StackOf<T[keyof T]>>
  >;

  /**
   * Chooses what comes next: its artifact `on`, from the body or from an earlier step, holds one of `cases`.
   * `C` is not const: the body's other artifacts would be, too (`0` instead of `number`).
   */
  switch<A, S extends Around, const K extends string, C extends string, O extends Verdict<A, K, NoInfer<C>>>(
    name: string,
    options: Options & { after: Step<A, S>; on: K; cases: readonly C[] },
    body: ((c: Context<P, A, S>) => Returned<O>) & Storable<O>,
  ): Switch<Put<A, Artifacts<Omit<O, K> & Record<K, C>, L>>, S, C, Context<P, A, S>>;

  /** Repeats one step, each iteration a task of its own, as long as its artifact `while` is true. */
  loop<
    A,
    S extends Around,
    const K extends string,
    O extends Record<K, boolean> & { [X in keyof A]?: Again<A[X], L> },
  >(
    name: string,
    options: Options & { after: Step<A, S>; while: K; max?: number },
    body: ((c: Context<P, A, S> & { readonly iteration: number }) => Returned<O>) & Storable<O>,
  ): Step<Put<A, Artifacts<O, L>>, S, Context<P, A, S> & { readonly iteration: number }>;

  /** The last step. Validates the whole flow: throws FLOW_INVALID with every problem at once. */
  end<A, S extends Around>(after: Ending<A, S>): DefinedFlow<P, A>;
  end<A, S extends Around, O extends Body>(
    options: Options & { after: Ending<A, S> },
    body: ((c: Context<P, A, Outside>) => Returned<O>) & Storable<O>,
  ): DefinedFlow<P, Put<A, Artifacts<O, L>>>;
}

/** What a flow file exports: brand, parameters and the artifacts at the end. */
export interface DefinedFlow<P, A> {
  readonly name: string;
  readonly [PARAMS]: P;
  readonly [ARTIFACTS]: A;
}

/** The parameters of a flow, as their schemas give them. */
export type Parsed<S extends z.ZodRawShape> = [keyof S] extends [never] ? None : z.output<z.ZodObject<S>>;

/** The one of several steps that ran. Only artifacts that all of them leave are visible. */
export type OneOf = <T extends Step[]>(
  ...steps: T
) => Step<{ readonly [K in keyof ArtifactsOf<T[number]>]: ArtifactsOf<T[number]>[K] }, StackOf<T[number]>>;

type Intersect<U> = (U extends unknown ? (u: U) => void : never) extends (u: infer I) => void ? I : never;
/** One object of a union: the splits that failed and those that did not are merged. */
type Flat<T> = IsUnion<T> extends true ? { readonly [K in keyof T & string]: T[K] } : T;

/** The artifacts of all inputs of a join or gather. */
export type AllOf<I extends object> = I extends readonly unknown[]
  ? Flat<I[number]>
  : Intersect<{ [K in keyof I]: Flat<I[K]> }[keyof I]>;
export type NameOf<I extends object> = keyof AllOf<I> & string;

/** What `merge` returns: the artifacts of all inputs without the excluded ones. */
export type Merged<I extends object, X extends string> = typeof BEFORE extends keyof I
  ? I extends OrBefore<infer B>
    ? SplitOrNot<AllOf<I>, B, X>
    : never
  : Without<AllOf<I>, X>;
/** What `merge` returns with `include`. */
export type Included<I extends object, N extends string> = Pick<Merged<I, never>, N & keyof Merged<I, never>>;
type Without<T, X> = [X] extends [never] ? T : { [K in keyof T as K extends X ? never : K]: T[K] };

/** What stood before a foreach as it is, or as a split left it; what splits made is there if there were any. */
type SplitOrNot<A, B, X> = {
  readonly [K in Exclude<keyof B & string, X>]: K extends keyof A ? A[K] | B[K] : B[K];
} & { readonly [K in Exclude<keyof A & string, keyof B | X>]?: A[K] };
