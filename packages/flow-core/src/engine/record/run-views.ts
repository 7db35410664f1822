/** The views of a run, in the coordinator: what each finished task left, without copying what it inherited. */

import type { ArtifactRecord } from '../../store/rows';
import type { Store } from '../../store/store';
import { addressOf, fullPathspec } from '../task/label';
import type { View, Visible } from '../task/view';
import { lost } from './lost';

/** Bytes of small artifacts kept at hand; what is beyond is read from the store when a task needs it. */
const BYTES_AT_HAND = 32 * 1024 * 1024;

interface Node {
  /** The view that this task inherits, whole but for the names it hides. */
  base: Node | undefined;
  own: [string, Visible][];
  hidden: readonly string[];
  /** How many nodes stand behind this one. */
  depth: number;
}

/** A longer chain of inheritance (a loop's iterations) is flattened: looking a name up stays quick. */
const LONGEST_CHAIN = 16;

export class Views {
  readonly #nodes = new Map<string, Node>();
  readonly #flow: string;
  readonly #run: number;
  readonly #store: Store;
  readonly #settled: () => Promise<void>;
  #bytes = 0;

  /** @param settled Resolves when all that was noted so far can be read from the store. */
  constructor(flow: string, run: number, store: Store, settled: () => Promise<void>) {
    this.#flow = flow;
    this.#run = run;
    this.#store = store;
    this.#settled = settled;
  }

  /**
   * Notes what a task left behind.
   * @param base the parent whose artifacts it passes on; a join and a gather have none.
   */
  add(
    label: string,
    base: string | undefined,
    own: [string, ArtifactRecord][],
    references: [string, Visible][],
    hidden: readonly string[] = [],
  ): void {
    const kept = own.map(([name, record]): [string, Visible] => [name, this.#keep({ ...record, at: label })]);
    const passed = references.map(([name, visible]): [string, Visible] => [name, this.#keep(visible)]);
    const behind = base === undefined ? undefined : this.#nodes.get(base);
    const depth = (behind?.depth ?? -1) + 1;
    let node: Node = { base: behind, own: [...passed, ...kept], hidden, depth };
    if (depth > LONGEST_CHAIN)
      node = { base: undefined, own: [...this.#entries(node)], hidden: [], depth: 0 };
    this.#nodes.set(label, node);
  }

  /** What a task passes on by reference: name to the task that stored it. For its row. */
  inherited(label: string): Record<string, string> {
    const node = this.#nodes.get(label) as Node;
    const view: Record<string, string> = {};
    for (const [name, { at }] of this.#entries(node)) if (at !== label) view[name] = at;
    return view;
  }

  /** The type of an artifact as a task shows it, such as `Array(3)`. */
  async typeOf(label: string, name: string): Promise<string | undefined> {
    const visible = this.#entries(this.#nodes.get(label) as Node).get(name);
    if (!visible || visible.type !== undefined) return visible?.type;
    // Of a task that was taken over, no more is at hand than where its artifacts lie.
    const [record] = await this.#store.artifacts([addressOf(this.#flow, this.#run, visible.at, name)]);
    return record?.type;
  }

  /** With the bytes of small artifacts, read from the store where they are not at hand. */
  view(label: string): View | Promise<View> {
    const entries = this.#entries(this.#nodes.get(label) as Node);
    const away = [...entries].filter(([, { bytes, hash }]) => bytes === undefined && hash === undefined);
    const view = { label, entries };
    return away.length === 0 ? view : this.#fetch(view, away);
  }

  async #fetch(view: View, away: [string, Visible][]): Promise<View> {
    await this.#settled();
    const found = await this.#store.artifacts(
      away.map(([name, { at }]) => addressOf(this.#flow, this.#run, at, name)),
    );
    away.forEach(([name, visible], i) => {
      if (!found[i]) throw lost(`${fullPathspec(this.#flow, this.#run, visible.at)}/${name}`);
      view.entries.set(name, { ...visible, ...found[i] });
    });
    return view;
  }

  #keep(visible: Visible): Visible {
    if (visible.bytes === undefined) return visible;
    if (this.#bytes + visible.bytes.length <= BYTES_AT_HAND) {
      this.#bytes += visible.bytes.length;
      return visible;
    }
    const { bytes: _, ...away } = visible;
    return away;
  }

  #entries(node: Node): Map<string, Visible> {
    const entries = node.base ? this.#entries(node.base) : new Map<string, Visible>();
    for (const [name, visible] of node.own) {
      // What a task sets anew comes last, as in the rows: names are listed alike in a run, a resumed run and a spin.
      entries.delete(name);
      entries.set(name, visible);
    }
    for (const name of node.hidden) entries.delete(name);
    return entries;
  }
}
