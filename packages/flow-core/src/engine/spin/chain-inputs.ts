/** What the tasks of a chain see: what was just made, otherwise what the origin run recorded. */
import type { Graph } from '../../definition/graph';
import type { Cas } from '../../store/cas/cas';
import { shareBytes } from '../../store/cas/share-bytes';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { Resolved } from '../inputs/resolved';
import { recordedViews } from '../record/views';
import type { View } from '../task/view';
import type { SplitInputs } from './all-options';
import type { Chain } from './chain';
import { outputsBefore } from './outcome';

export interface ChainInputsOptions {
  chain: Chain;
  graph: Graph;
  store: Store;
  /** The first step. */
  step: string;
  /** Its inputs. */
  recorded: SplitInputs;
  /** Where workers look for large values. */
  to: Cas;
}

export class ChainInputs implements SplitInputs {
  readonly #options: ChainInputsOptions;
  /** Those of the origin run; of the first step's inputs with what was given by hand on top. */
  readonly #views = new Map<string, View>();
  readonly #shared = new Set<string>();

  constructor(options: ChainInputsOptions) {
    this.#options = options;
  }

  async views(task: Resolved, labels: readonly string[]): Promise<Map<string, View>> {
    const { chain, recorded, graph, store, step } = this.#options;
    const lacking = labels.filter((label) => !chain.view(label) && !this.#views.has(label));
    if (lacking.length > 0) {
      const found =
        task.node.name === step
          ? await recorded.views(task, lacking)
          : await recordedViews(store, graph.flow, (task.run as RunRow).run, lacking);
      for (const [label, view] of found) {
        await this.#share(view);
        this.#views.set(label, view);
      }
    }
    return new Map(labels.map((label) => [label, (chain.view(label) ?? this.#views.get(label)) as View]));
  }

  /** What a task passes on. Its views were read before. */
  behind({ parents: [parent] }: Resolved): View | undefined {
    return parent === undefined ? undefined : (this.#options.chain.view(parent) ?? this.#views.get(parent));
  }

  before(task: Resolved) {
    return outputsBefore(this.#options.graph, this.#options.store, task);
  }

  async hints(...asked: Parameters<SplitInputs['hints']>): Promise<string[]> {
    const { chain, graph, recorded } = this.#options;
    const [task, reads, , done] = asked;
    // Those are about runs that have such an artifact.
    if (!task.parents.some((label) => chain.view(label))) return recorded.hints(...asked);
    const { unexpected } = await import('../explain/missing');
    const absent = done ? await unexpected(graph, task, reads) : reads;
    const names = [...new Set(absent.map(({ name }) => name))];
    return names.map((name) => `The step reads "${name}", which the steps before it did not make.`);
  }

  async #share({ entries }: View): Promise<void> {
    const { store, to } = this.#options;
    for (const { hash, blobs } of entries.values()) {
      if (hash === undefined || this.#shared.has(hash)) continue;
      this.#shared.add(hash);
      // Who reads what is lost is told then: most steps read little of what they see.
      if (blobs || store.cas.has(hash)) await shareBytes(hash, store.cas, to);
    }
  }
}
