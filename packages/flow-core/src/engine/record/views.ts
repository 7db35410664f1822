/** What tasks of a run see of the finished ones: read from the store, or at hand in the process that coordinates the run. */
import type { ArtifactRecord, RunRow } from '../../store/rows';
import type { Store } from '../../store/store';
import { addressOf, fullPathspec } from '../task/label';
import type { View, Visible } from '../task/view';
import { lost } from './lost';
import { rowsOf, visibleNames } from './task-rows';

/** A run in a store. */
interface Recorded extends Pick<RunRow, 'flow' | 'run'> {
  store: Store;
}

/** An artifact that a task shows: its name, and the label of the task that stored it. */
type Shown = Pick<Visible, 'at'> & { name: string };

type Found = ArtifactRecord | undefined;
type Entry = [name: string, Visible];

/**
 * Reads what tasks left behind: all rows in one look-up, then all artifacts in one.
 * @throws FlowError FLOW_STORE_CORRUPT for a task or an artifact that is not there
 */
export async function recordedViews(
  store: Store,
  flow: string,
  run: number,
  labels: readonly string[],
): Promise<Map<string, View>> {
  const views = new Map<string, View>();
  for (const label of labels)
    views.set(label, { label, pathspec: fullPathspec(flow, run, label), entries: new Map() });
  const rows = await rowsOf(store, flow, run, [...views.keys()]);
  const shown = [...views.values()].flatMap(({ label, pathspec, entries }, i) => {
    const row = rows[i];
    if (!row) throw lost(pathspec as string);
    return visibleNames(label, row).map(([name, at]) => ({ entries, name, at }));
  });
  const visible = await readVisible({ store, flow, run }, shown);
  for (const [i, { entries, name }] of shown.entries()) entries.set(name, visible[i] as Visible);
  return views;
}

/** @throws FlowError FLOW_STORE_CORRUPT for one that is not there */
export async function readVisible(at: Recorded, shown: readonly Shown[]): Promise<Visible[]> {
  return allOf(at, shown, await lookUp(at, shown));
}

function lookUp({ store, flow, run }: Recorded, shown: readonly Shown[]): Promise<Found[]> {
  return store.artifacts(shown.map(({ name, at }) => addressOf(flow, run, at, name)));
}

function allOf({ flow, run }: Recorded, shown: readonly Shown[], found: readonly Found[]): Visible[] {
  return shown.map(({ name, at }, i) => {
    const record = found[i];
    if (!record) throw lost(`${fullPathspec(flow, run, at)}/${name}`);
    return { ...record, at };
  });
}

/** Bytes of artifacts kept at hand; what is beyond is read from the store when a task needs it. */
const BYTES_AT_HAND = 8 * 1024 * 1024;

/** What an artifact takes in memory beside its bytes: its record, and a buffer of its own. Measured, in bytes. */
const BYTES_OF_RECORD = 512;

interface Node {
  /** The view that this task inherits, whole but for the names it hides. */
  base: Node | undefined;
  own: Entry[];
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

function newNode(at: string, base: Node | undefined, hidden: readonly string[]): Node {
  const depth = (base?.depth ?? -1) + 1;
  return { base, own: NONE, away: NO_NAMES, at, hidden, depth, uses: 0, bytes: 0 };
}

const NONE: Entry[] = [];
const NO_NAMES: readonly string[] = [];

/** A longer chain of inheritance (a loop's iterations) is flattened: looking a name up stays quick. */
const LONGEST_CHAIN = 16;

/** The views of a run under way: what each finished task left, without copying what it inherited. */
export class Views {
  readonly #nodes = new Map<string, Node>();
  /** How often a label is retained, where that is more than once. */
  readonly #retained = new Map<string, number>();
  readonly #recorded: Recorded;
  readonly #settled: () => Promise<void>;
  /** Lists of names, shared. */
  readonly #names = new Map<string, readonly string[]>();
  #bytes = 0;
  /** Artifacts that are asked for, and are read together. */
  #reading: { shown: Shown[]; found: Promise<Found[]> } | undefined;

  /** @param settled Resolves when all that was noted so far can be read from the store. */
  constructor(flow: string, run: number, store: Store, settled: () => Promise<void>) {
    this.#recorded = { store, flow, run };
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
    references: Entry[],
    hidden: readonly string[] = [],
  ): void {
    const behind = base === undefined ? undefined : this.#nodes.get(base);
    const adds = own.length + references.length + hidden.length > 0;
    const node = behind && !adds ? behind : this.#filled(newNode(label, behind, hidden), own, references);
    node.uses++;
    this.#nodes.set(label, node);
  }

  #filled(node: Node, own: [string, ArtifactRecord][], references: Entry[]): Node {
    const { base, at } = node;
    const passed = references.map(([name, visible]): Entry => [name, this.#keep(visible, node)]);
    const kept = own.map(([name, record]): Entry => [name, this.#keep({ ...record, at }, node)]);
    if (kept.every(([, { type }]) => type === undefined))
      node.away = this.#shared(kept.map(([name]) => name));
    else passed.push(...kept);
    if (passed.length > 0) node.own = passed;
    if (node.depth > LONGEST_CHAIN) {
      const flat = newNode(at, undefined, []);
      this.#bytes -= node.bytes;
      flat.own = [...this.#entries(node)].map(([name, visible]) => [name, this.#keep(visible, flat)]);
      return flat;
    }
    if (base) base.uses++;
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
    return (await this.#read([{ name, at: visible.at }]))[0]?.type;
  }

  /** With the bytes of small artifacts, read from the store where they are not at hand. */
  view(label: string): View | Promise<View> {
    const entries = this.#entries(this.#nodes.get(label) as Node);
    const away = [...entries].filter(([, { bytes, hash }]) => bytes === undefined && hash === undefined);
    return away.length === 0 ? { label, entries } : this.#fetch({ label, entries }, away);
  }

  async #fetch(view: View, away: Entry[]): Promise<View> {
    const shown = away.map(([name, { at }]) => ({ name, at }));
    const visible = allOf(this.#recorded, shown, await this.#read(shown));
    for (const [i, { name }] of shown.entries()) view.entries.set(name, visible[i] as Visible);
    return view;
  }

  /** What is asked for at once is read at once. */
  async #read(shown: readonly Shown[]): Promise<Found[]> {
    this.#reading ??= this.#together();
    const { shown: all, found } = this.#reading;
    const from = all.push(...shown) - shown.length;
    return (await found).slice(from, from + shown.length);
  }

  #together() {
    const shown: Shown[] = [];
    const settled = this.#settled().finally(() => {
      this.#reading = undefined;
    });
    return { shown, found: settled.then(() => lookUp(this.#recorded, shown)) };
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
