/** client(): reads what runs recorded. It is lazy: each read happens on demand. */
import { FlowError } from '../definition/errors';
import { graphOf } from '../definition/flow';
import type { DefinedFlow } from '../definition/types';
import { storeFolder } from '../environment/store-folder';
import { lookupNamespace } from '../environment/user';
import { findWorkspace } from '../environment/workspace';
import { openStore } from '../store/open';
import { type Pathspec, parsePathspec } from '../store/pathspec';
import type { Store } from '../store/store';
import { FlowClient } from './flow';
import type { Run } from './run';
import type { Step } from './step';
import type { Task } from './task';
import type { Untyped } from './types';

export interface ClientOptions {
  /** The store's folder. Default: `NX_FLOW_STORE`, or `.flow` in the workspace around the working directory. */
  store?: string | Store;
  /** The namespace whose runs are listed and count as latest. Default `user:<name>`; `null` means all. */
  namespace?: string | null;
}

/**
 * The runs of a flow, typed when the flow itself is given; without a flow, everything in the store.
 *
 * @example
 * ```ts
 * import { client } from '@nx-flow/core';
 * import movies, { playlist } from './movies.flow';
 * const run = await client(movies).latest();
 * const films = await (await run.step(playlist).task()).artifacts.playlist;
 * for await (const flow of client().flows()) console.log(flow.name);
 * ```
 * @throws FlowError FLOW_STORE_UNWRITABLE
 */
export function client<P, A>(flow: DefinedFlow<P, A>, options?: ClientOptions): FlowClient<A>;
export function client(flow: string, options?: ClientOptions): FlowClient<Untyped>;
export function client(options?: ClientOptions): StoreClient;
export function client(
  first: string | { name: string } | ClientOptions = {},
  second: ClientOptions = {},
): unknown {
  const flow = typeof first === 'string' ? first : 'name' in first ? first.name : undefined;
  const { store, namespace } = flow === undefined ? (first as ClientOptions) : second;
  const opened = typeof store === 'object' ? store : sharedStore(store);
  const whose = lookupNamespace(namespace);
  if (flow === undefined) return new StoreClient(opened, whose);
  return new FlowClient(flow, opened, whose, graphOf(first)?.codecs);
}

const stores = new Map<string, Store>();

/** One connection for each store and process. It does not keep the process alive. */
function sharedStore(folder: string | undefined): Store {
  const cwd = process.cwd();
  const path = storeFolder(findWorkspace(cwd), cwd, folder);
  let store = stores.get(path);
  if (!store) {
    store = openStore(path);
    stores.set(path, store);
  }
  return store;
}

/** Everything in a store, by name or by pathspec. */
export class StoreClient {
  readonly #store: Store;
  readonly #namespace: string | undefined;

  constructor(store: Store, namespace: string | undefined) {
    this.#store = store;
    this.#namespace = namespace;
  }

  /** The flows that have runs, in any namespace. */
  async *flows(): AsyncGenerator<FlowClient<Untyped>, void, undefined> {
    for await (const name of this.#store.flows()) yield this.flow(name);
  }

  flow(name: string): FlowClient<Untyped> {
    return new FlowClient(name, this.#store, this.#namespace);
  }

  /** `movies/12` @throws FlowError FLOW_PATHSPEC, FLOW_RUN_NOT_FOUND */
  async run(pathspec: string): Promise<Run<Untyped>> {
    return this.#flowOf(pathspec).run(pathspec);
  }

  /** `movies/12/train` @throws FlowError FLOW_PATHSPEC, FLOW_RUN_NOT_FOUND, FLOW_STEP_NOT_FOUND */
  async step(pathspec: string): Promise<Step<Untyped>> {
    return this.#flowOf(pathspec).step(pathspec);
  }

  /**
   * `movies/12/train/3`
   * @throws FlowError FLOW_PATHSPEC, FLOW_RUN_NOT_FOUND, FLOW_STEP_NOT_FOUND, FLOW_TASK_NOT_FOUND
   */
  async task(pathspec: string): Promise<Task<Untyped>> {
    return this.#flowOf(pathspec).task(pathspec);
  }

  #flowOf(pathspec: string): FlowClient<Untyped> {
    const { flow }: Pathspec = parsePathspec(pathspec);
    if (flow !== undefined) return this.flow(flow);
    throw new FlowError(
      'FLOW_PATHSPEC',
      `"${pathspec}" does not say of which flow it is: put its name in front, as in movies/${pathspec}.`,
    );
  }
}
