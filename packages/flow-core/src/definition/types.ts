/**
 * The types of the flow API. They stay cheap: see `Put`, and test/types for their cost.
 * Long, because it is the one page of what users type.
 */
import type { z } from 'zod';
import type { Storable } from './storable';

type Simplify<T> = { [K in keyof T]: T[K] } & {};

/**
 * The artifacts after `A` and then `B`. Disjoint keys intersect, which is flat and cheap (a mapped type at every
 * step ends in TS2589 after some twenty of them). Only a clash is rewritten: the last one wins.
 */
export type Put<A, B> = [keyof A & keyof B] extends [never] ? A & B : Simplify<Omit<A, keyof B> & B>;
type Item<T> = T extends readonly (infer I)[] ? I : never;

/** The names in `A` that hold a list. */
type Lists<A> = { [K in keyof A]-?: A[K] extends readonly unknown[] ? K : never }[keyof A];
type Pop<S> = S extends readonly [unknown, ...infer R] ? readonly [...R] : readonly [];
// biome-ignore lint/complexity/noBannedTypes: "no artifacts" is what {} means here
type None = {};

/** Made read-only once, here: `Readonly` around a step's artifacts would cost every name again at every step. */
type Artifacts<O> = [Awaited<O>] extends [never]
  ? None
  : Awaited<O> extends object
    ? Readonly<Awaited<O>>
    : None;
type Caught<O, V> = [V] extends [string]
  ? Partial<Artifacts<O>> & { readonly [K in V]: Error | undefined }
  : Artifacts<O>;
type Returned<O> = O | Promise<O>;
// biome-ignore lint/suspicious/noConfusingVoidType: a body may return nothing
type Body = object | void;

declare const ARTIFACTS: unique symbol;
declare const STACK: unique symbol;
declare const CASES: unique symbol;
declare const PARAMS: unique symbol;

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
export interface Step<A = any, S extends readonly unknown[] = any, C = any> {
  readonly name: string;
  readonly [ARTIFACTS]: A;
  readonly [STACK]: S;
  /** Runs only the body, without engine or store. Reading a missing artifact throws FLOW_ARTIFACT_NOT_GIVEN. */
  run(context: Loose<C>): Promise<Partial<A>>;
}

/** A declared switch. It is left through one of its cases: `after: size.when('small')`. */
// biome-ignore lint/suspicious/noExplicitAny: a seam of inference
export interface Switch<A, S extends readonly unknown[], C extends string, X = any> {
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

export interface Card {
  append(...components: unknown[]): void;
  refresh(): void;
}

/** What every step's body gets. Contexts declare their variance (`out`) to spare the compiler computing it. */
export interface BaseContext<out P, out S> {
  readonly params: Readonly<P>;
  readonly current: Current;
  readonly card: Card;
  /** Aborted when the task is to stop: its timeout, or the end of the run. */
  readonly signal: AbortSignal;
  /** The items of the foreaches around this task, innermost first. */
  readonly stack: S;
  /** Writes one line to the task's log. */
  log(message: string): void;
}

export interface Context<out P, out A, out S> extends BaseContext<P, S> {
  /** Every artifact that reaches this step. Each is decoded when it is first read, as the task's own copy. */
  readonly self: A;
}

export interface ForeachContext<out P, out A, out S, out I> extends Context<P, A, S> {
  readonly input: I;
  readonly index: number;
}

export interface JoinContext<out P, out In, out S> extends BaseContext<P, S> {
  /** In a join the splits, in split order. In a gather the branches, by their names in `after`. */
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
  /** A declaration that schedulers may read. */
  resources?: Record<string, number>;
  /** How often to try again, when, and after which errors. */
  retry?: number | Retry;
  /** How long one attempt may take: `'90s'`, `'5m'`, `'2h'`. */
  timeout?: string;
  /** Go on after a failure, with the error as the artifact of this name. */
  catch?: V;
  card?: boolean | string;
}

// biome-ignore lint/suspicious/noExplicitAny: a seam of inference
type StackOf<X> = X extends Step<any, infer S> ? S : never;
// biome-ignore lint/suspicious/noExplicitAny: a seam of inference
type ArtifactsOf<X> = X extends Step<infer A, any> ? A : never;
type IsUnion<U, T = U> = T extends unknown ? ([U] extends [T] ? false : true) : never;
type SameStack<T extends Record<string, Step>> =
  true extends IsUnion<StackOf<T[keyof T]>> ? 'branches stand under different foreaches' : unknown;
type Splits<P, A, S extends readonly unknown[], K extends keyof A> = ForeachContext<
  P,
  A,
  readonly [Item<A[K]>, ...S],
  Item<A[K]>
>;
type Branches<T extends Record<string, Step>> = { readonly [K in keyof T]: ArtifactsOf<T[K]> };

/** What a switch's body returns: its `on`, unless an earlier step has set it. */
type Verdict<A, K extends string, C> = K extends keyof A ? { readonly [X in K]?: C } : Record<K, C>;

/** A flow that is being declared: one method for each kind of step, `end` last. */
export interface Flow<P> {
  /** The first step. */
  start<O extends Body>(
    body: ((c: Context<P, None, readonly []>) => Returned<O>) & Storable<O>,
  ): Step<Artifacts<O>, readonly [], Context<P, None, readonly []>>;
  start<O extends Body>(
    options: Options,
    body: ((c: Context<P, None, readonly []>) => Returned<O>) & Storable<O>,
  ): Step<Artifacts<O>, readonly [], Context<P, None, readonly []>>;

  /** A step after another. Two steps after the same one are branches. */
  step<A, S extends readonly unknown[], O extends Body, V extends string | undefined = undefined>(
    name: string,
    options: Options<V> & { after: Step<A, S> },
    body: ((c: Context<P, A, S>) => Returned<O>) & Storable<O>,
  ): Step<Put<A, Caught<O, V>>, S, Context<P, A, S>>;

  /** One task for each item of the list `over`, in parallel. */
  foreach<
    A,
    S extends readonly unknown[],
    K extends Lists<A>,
    O extends Body,
    V extends string | undefined = undefined,
  >(
    name: string,
    options: Options<V> & { after: Step<A, S>; over: K },
    body: ((c: Splits<P, A, S, K>) => Returned<O>) & Storable<O>,
  ): Step<Put<A, Caught<O, V>>, readonly [Item<A[K]>, ...S], Splits<P, A, S, K>>;

  /** One task for all splits of the foreach around `after`; its inputs come in split order. */
  join<
    A,
    S extends readonly [unknown, ...unknown[]],
    O extends Body,
    V extends string | undefined = undefined,
  >(
    name: string,
    options: Options<V> & { after: Step<A, S> },
    body: ((c: JoinContext<P, readonly A[], Pop<S>>) => Returned<O>) & Storable<O>,
  ): Step<Caught<O, V>, Pop<S>, JoinContext<P, readonly A[], Pop<S>>>;

  /** One task for several branches, by name. */
  gather<T extends Record<string, Step>, O extends Body, V extends string | undefined = undefined>(
    name: string,
    options: Options<V> & { after: T & SameStack<T> },
    body: ((c: JoinContext<P, Branches<T>, StackOf<T[keyof T]>>) => Returned<O>) & Storable<O>,
  ): Step<Caught<O, V>, StackOf<T[keyof T]>, JoinContext<P, Branches<T>, StackOf<T[keyof T]>>>;

  /**
   * Chooses what comes next: its artifact `on`, from the body or from an earlier step, holds one of `cases`.
   * `C` is not const: the body's other artifacts would be, too (`0` instead of `number`).
   */
  switch<A, S extends readonly unknown[], const K extends string, C extends string, O extends object>(
    name: string,
    options: Options & { after: Step<A, S>; on: K; cases: readonly C[] },
    body: ((c: Context<P, A, S>) => Returned<O & Verdict<A, K, NoInfer<C>>>) & Storable<O>,
  ): Switch<Put<A, Readonly<Omit<O, K> & Record<K, C>>>, S, C, Context<P, A, S>>;

  /** Repeats one step, each iteration a task of its own, as long as its artifact `while` is true. */
  loop<
    A,
    S extends readonly unknown[],
    const K extends string,
    O extends Record<K, boolean> & { [X in keyof A]?: A[X] },
  >(
    name: string,
    options: Options & { after: Step<A, S>; while: K; max?: number },
    body: ((c: Context<P, A, S> & { readonly iteration: number }) => Returned<O>) & Storable<O>,
  ): Step<Put<A, Readonly<O>>, S, Context<P, A, S> & { readonly iteration: number }>;

  /** The last step. Validates the whole flow: throws FLOW_INVALID with every problem at once. */
  end<A>(after: Step<A, readonly []>): DefinedFlow<P, A>;
  end<A, O extends Body>(
    options: Options & { after: Step<A, readonly []> },
    body: ((c: Context<P, A, readonly []>) => Returned<O>) & Storable<O>,
  ): DefinedFlow<P, Put<A, Artifacts<O>>>;
}

/** What a flow file exports: brand, parameters and the artifacts at the end. */
export interface DefinedFlow<P, A> {
  readonly name: string;
  readonly [PARAMS]: P;
  readonly [ARTIFACTS]: A;
}

/** The parameters of a flow, as their schemas give them. */
export type Parsed<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>;

/** The one of several steps that ran. Only artifacts that all of them leave are visible. */
export type OneOf = <T extends Step[]>(
  ...steps: T
) => Step<{ readonly [K in keyof ArtifactsOf<T[number]>]: ArtifactsOf<T[number]>[K] }, StackOf<T[number]>>;

type Intersect<U> = (U extends unknown ? (u: U) => void : never) extends (u: infer I) => void ? I : never;

/** The artifacts of all inputs of a join or gather. */
export type AllOf<I extends object> = I extends readonly (infer E)[] ? E : Intersect<I[keyof I]>;
export type NameOf<I extends object> = keyof AllOf<I> & string;

/** What `merge` returns: the artifacts of all inputs without the excluded ones. */
export type Merged<I extends object, X extends string> = Without<AllOf<I>, X>;
type Without<T, X> = [X] extends [never] ? T : { [K in keyof T as K extends X ? never : K]: T[K] };
