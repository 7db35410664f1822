/** client(): reads what runs recorded. Lazy: nothing is read before it is asked for. */
import { FlowError } from '../definition/errors';
import type { DefinedFlow } from '../definition/types';
import { currentUser } from '../source/user';
import { findWorkspace, storeFolder } from '../source/workspace';
import { openStore } from '../store/open';
import type { Status } from '../store/rows';
import type { Store } from '../store/store';
import { Run } from './run';

export interface ClientOptions {
  /** The store's folder. Default: `NX_FLOW_STORE`, or `.flow` in the workspace around the working directory. */
  store?: string | Store;
  /** Whose runs count as latest. Default `user:<name>`; `null` for everybody's. */
  namespace?: string | null;
}

export interface RunFilter {
  /** Runs that have this tag, the user's or the system's. */
  tag?: string;
  status?: Status;
  user?: string;
}

/**
 * The runs of a flow, typed when the flow itself is given.
 *
 * @example
 * ```ts
 * import { client } from '@nx-flow/core';
 * import movies, { playlist } from './movies.flow';
 * const run = await client(movies).latest();
 * const films = await (await run.step(playlist).task()).artifacts.playlist;
 * ```
 */
export function client<P, A>(flow: DefinedFlow<P, A>, options?: ClientOptions): FlowClient<A>;
export function client(flow: string, options?: ClientOptions): FlowClient<Record<string, unknown>>;
export function client(flow: string | { name: string }, options: ClientOptions = {}): FlowClient<never> {
  const name = typeof flow === 'string' ? flow : flow.name;
  const { store, namespace } = options;
  return new FlowClient(
    name,
    typeof store === 'object' ? store : sharedStore(store),
    namespace === undefined ? `user:${currentUser()}` : (namespace ?? undefined),
  );
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

/** The runs of one flow. */
export class FlowClient<A> {
  readonly name: string;
  readonly #store: Store;
  readonly #namespace: string | undefined;

  constructor(name: string, store: Store, namespace: string | undefined) {
    this.name = name;
    this.#store = store;
    this.#namespace = namespace;
  }

  /** The newest run of the namespace, whatever became of it. @throws FlowError FLOW_RUN_NOT_FOUND */
  async latest(): Promise<Run<A>> {
    for await (const run of this.runs()) return run;
    throw this.#none('has no run');
  }

  /** The newest run that is done. @throws FlowError FLOW_RUN_NOT_FOUND */
  async latestSuccessful(): Promise<Run<A>> {
    for await (const run of this.runs({ status: 'done' })) return run;
    throw this.#none('has no run that is done');
  }

  /** A run by its number. @throws FlowError FLOW_RUN_NOT_FOUND */
  async run(number: number): Promise<Run<A>> {
    const row = await this.#store.run(this.name, number);
    if (row) return new Run(this.#store, row);
    throw new FlowError('FLOW_RUN_NOT_FOUND', `There is no run ${this.name}/${number}.`);
  }

  /** Newest first, of the client's namespace. */
  async *runs({ tag, status, user }: RunFilter = {}): AsyncGenerator<Run<A>, void, undefined> {
    for await (const row of this.#store.runs(this.name, this.#namespace)) {
      if (status !== undefined && row.status !== status) continue;
      if (user !== undefined && row.user !== user) continue;
      if (tag !== undefined && !row.tags.includes(tag) && !row.systemTags.includes(tag)) continue;
      yield new Run(this.#store, row);
    }
  }

  #none(what: string): FlowError {
    const where = this.#namespace === undefined ? '' : ` in the namespace ${this.#namespace}`;
    return new FlowError('FLOW_RUN_NOT_FOUND', `${this.name} ${what}${where} yet: nx-flow run ${this.name}`);
  }
}
