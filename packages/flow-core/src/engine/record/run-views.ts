/** The views of a run, in the coordinator: what each finished task left, without copying what it inherited. */

import type { ArtifactRecord } from '../../store/rows';
import type { ArtifactAddress, Store } from '../../store/store';
import { addressOf, fullPathspec } from '../task/label';
import type { View, Visible } from '../task/view';
import { lost } from './lost';

/** Bytes of artifacts kept at hand; what is beyond is read from the store when a task needs it. */
const BYTES_AT_HAND = 8 * 1024 * 1024;

/** What an artifact takes in memory beside its bytes: its record, and a buffer of its own. Measured, in bytes. */
const BYTES_OF_RECORD = 512;

interface Node {
  /** The view that this task inherits, whole but for the names it hides. */
  base: Node | undefined;
  own: [string, Visible][];
  /** Names that the task itself stored, of which no more is at hand. The list is shared by tasks that stored the same. */
  away: readonly string[];
  /** The task that stored them. */
  at: string;
  hidden: readonly string[];
  /** How many nodes stand behind this one. */
  depth: number;
  /** The labels that show it, and the nodes that have it as their base. */
  uses: number;
  bytes: number;
}

/** Artifacts that are asked for, and are read together. */
interface Reading {
  addresses: ArtifactAddress[];
  records: Promise<(ArtifactRecord | undefined)[]>;
}

const NONE: [string, Visible][] = [];
const NO_NAMES: readonly string[] = [];

/** A longer chain of inheritance (a loop's iterations) is flattened: looking a name up stays quick. */
const LONGEST_CHAIN = 16;

export class Views {
  readonly #nodes = new Map<string, Node>();
  /** How often a label is retained, where that is more than once. */
  readonly #retained = new Map<string, number>();
  readonly #flow: string;
  readonly #run: number;
  readonly #store: Store;
  readonly #settled: () => Promise<void>;
  /** Lists of names, shared. */
  readonly #names = new Map<string, readonly string[]>();
  #bytes = 0;
  #reading: Reading | undefined;

  /** @param settled Resolves when all that was noted so far can be read from the store. */
  constructor(flow: string, run: number, store: Store, settled: () => Promise<void>) {
    this.#flow = flow;
    this.#run = run;
    this.#store = store;
    this.#settled = settled;
  }

  /** How many tasks have a view at hand. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * Notes what a task left behind. It stays at hand until it is released as often as it was retained, and once more.
   * @param base the parent whose artifacts it passes on; a join and a gather have none.
   */
  add(
    label: string,
    base: string | undefined,
    own: [string, ArtifactRecord][],
    references: [string, Visible][],
    hidden: readonly string[] = [],
  ): void {
    const behind = base === undefined ? undefined : this.#nodes.get(base);
    const adds = own.length + references.length + hidden.length > 0;
    const node = behind && !adds ? behind : this.#node(label, behind, own, references, hidden);
    node.uses++;
    this.#nodes.set(label, node);
  }

  #node(
    label: string,
    behind: Node | undefined,
    own: [string, ArtifactRecord][],
    references: [string, Visible][],
    hidden: readonly string[],
  ): Node {
    const depth = (behind?.depth ?? -1) + 1;
    const node: Node = {
      base: behind,
      own: NONE,
      away: NO_NAMES,
      at: label,
      hidden,
      depth,
      uses: 0,
      bytes: 0,
    };
    const passed = references.map(([name, visible]): [string, Visible] => [name, this.#keep(visible, node)]);
    const kept = own.map(([name, record]): [string, Visible] => [
      name,
      this.#keep({ ...record, at: label }, node),
    ]);
    if (kept.every(([, { type }]) => type === undefined))
      node.away = this.#shared(kept.map(([name]) => name));
    else passed.push(...kept);
    if (passed.length > 0) node.own = passed;
    if (depth > LONGEST_CHAIN) {
      const flat: Node = {
        ...node,
        base: undefined,
        own: [],
        away: NO_NAMES,
        hidden: [],
        depth: 0,
        bytes: 0,
      };
      this.#bytes -= node.bytes;
      for (const [name, visible] of this.#entries(node)) flat.own.push([name, this.#keep(visible, flat)]);
      return flat;
    }
    if (behind) behind.uses++;
    return node;
  }

  #shared(names: string[]): readonly string[] {
    if (names.length === 0) return NO_NAMES;
    const key = names.join();
    const known = this.#names.get(key);
    if (!known) this.#names.set(key, names);
    return known ?? names;
  }

  /** A task that will come reads this view. */
  retain(label: string, times = 1): void {
    if (this.#nodes.has(label)) this.#retained.set(label, (this.#retained.get(label) ?? 1) + times);
  }

  /** One that reads this view is over. With the last, the view leaves memory. */
  release(label: string): void {
    const left = (this.#retained.get(label) ?? 1) - 1;
    if (left > 1) this.#retained.set(label, left);
    else this.#retained.delete(label);
    if (left > 0) return;
    let node = this.#nodes.get(label);
    this.#nodes.delete(label);
    while (node && --node.uses === 0) {
      this.#bytes -= node.bytes;
      node = node.base;
    }
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
    // No more may be at hand than where it lies.
    return (await this.#read(addressOf(this.#flow, this.#run, visible.at, name)))?.type;
  }

  /** With the bytes of small artifacts, read from the store where they are not at hand. */
  view(label: string): View | Promise<View> {
    const entries = this.#entries(this.#nodes.get(label) as Node);
    const away = [...entries].filter(([, { bytes, hash }]) => bytes === undefined && hash === undefined);
    const view = { label, entries };
    return away.length === 0 ? view : this.#fetch(view, away);
  }

  async #fetch(view: View, away: [string, Visible][]): Promise<View> {
    const found = await Promise.all(
      away.map(([name, { at }]) => this.#read(addressOf(this.#flow, this.#run, at, name))),
    );
    away.forEach(([name, visible], i) => {
      if (!found[i]) throw lost(`${fullPathspec(this.#flow, this.#run, visible.at)}/${name}`);
      view.entries.set(name, { ...visible, ...found[i] });
    });
    return view;
  }

  /** What is asked for at once is read at once. */
  async #read(address: ArtifactAddress): Promise<ArtifactRecord | undefined> {
    this.#reading ??= { addresses: [], records: Promise.resolve([]) };
    const { addresses } = this.#reading;
    if (addresses.length === 0) this.#reading.records = this.#readAll();
    const at = addresses.push(address) - 1;
    return (await this.#reading.records)[at];
  }

  async #readAll(): Promise<(ArtifactRecord | undefined)[]> {
    const { addresses } = this.#reading as Reading;
    await this.#settled().finally(() => {
      this.#reading = undefined;
    });
    return this.#store.artifacts(addresses);
  }

  #keep(visible: Visible, node: Node): Visible {
    if (visible.type === undefined) return visible;
    const bytes = BYTES_OF_RECORD + (visible.bytes?.length ?? 0);
    if (this.#bytes + bytes > BYTES_AT_HAND) return { at: visible.at } as Visible;
    this.#bytes += bytes;
    node.bytes += bytes;
    return visible;
  }

  #entries(node: Node): Map<string, Visible> {
    const entries = node.base ? this.#entries(node.base) : new Map<string, Visible>();
    const add = (name: string, visible: Visible) => {
      // What a task sets anew comes last, as in the rows: names are listed alike in a run, a resumed run and a spin.
      entries.delete(name);
      entries.set(name, visible);
    };
    for (const [name, visible] of node.own) add(name, visible);
    for (const name of node.away) add(name, { at: node.at } as Visible);
    for (const name of node.hidden) entries.delete(name);
    return entries;
  }
}
