/** What tasks of a run under way see of the finished ones: at hand in the process that coordinates it, as far as it has room. */
import type { ArtifactRecord } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { View, Visible } from '../task/view';
import { AwayViews } from './away-views';

type Entry = [name: string, Visible];
/** A name, and the task that stored it. */
type Place = readonly [name: string, at: string];

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

const [NONE, NO_NAMES]: [Entry[], readonly string[]] = [[], []];

/** What a view shows that its base does not, in its order, and what it hides of that. */
function beyond(base: readonly Place[], shown: readonly Place[]) {
  let same = 0;
  let hidden: string[] = [];
  for (const [name, at] of base) {
    const next = shown[same];
    if (next && next[0] === name && next[1] === at) same++;
    else hidden.push(name);
  }
  const own = same === 0 ? shown : shown.slice(same);
  if (hidden.length > 0) hidden = hidden.filter((name) => !own.some(([other]) => other === name));
  return { hidden, own };
}

/** A longer chain of inheritance (a loop's iterations) is flattened: looking a name up stays quick. */
const LONGEST_CHAIN = 16;

/** The views of a run under way: what each finished task left, without copying what it inherited. */
export class Views {
  readonly #nodes = new Map<string, Node>();
  /** How often a label is retained, where that is more than once. */
  readonly #retained = new Map<string, number>();
  readonly #away: AwayViews;
  /** Lists of names, shared. */
  readonly #names = new Map<string, readonly string[]>();
  /** What the last base of a task that was taken over shows: the next one mostly has the same. */
  #lastBase: { node: Node; shown: readonly Place[] } | undefined;
  #bytes = 0;

  /** @param settled Resolves when all that was noted so far can be read from the store. */
  constructor(flow: string, run: number, store: Store, settled: () => Promise<void>) {
    this.#away = new AwayViews({ store, flow, run }, settled);
  }

  /** How many tasks have a view at hand. */
  get size(): number {
    return this.#nodes.size;
  }

  has(label: string): boolean {
    return this.#nodes.has(label);
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

  /**
   * Notes a task that stands for one of another run. Nothing of it is at hand but where it lies.
   * @param base as in {@link add}
   * @param shown all that it shows, in its order
   */
  addTaken(label: string, base: string | undefined, shown: readonly Place[]): void {
    const behind = base === undefined ? undefined : this.#nodes.get(base);
    const { hidden, own } = beyond(behind ? this.#shownBy(behind) : [], shown);
    let node = behind;
    if (!node || hidden.length + own.length > 0) {
      const at = own[0]?.[1] ?? label;
      node = newNode(at, behind, hidden);
      if (own.every(([, other]) => other === at)) node.away = this.#shared(own.map(([name]) => name));
      else node.own = own.map(([name, other]): Entry => [name, { at: other } as Visible]);
      node = this.#linked(node);
    }
    node.uses++;
    this.#nodes.set(label, node);
  }

  #shownBy(node: Node): readonly Place[] {
    if (this.#lastBase?.node !== node) {
      const shown = [...this.#entries(node)].map(([name, { at }]): Place => [name, at]);
      this.#lastBase = { node, shown };
    }
    return this.#lastBase.shown;
  }

  #filled(node: Node, own: [string, ArtifactRecord][], references: Entry[]): Node {
    const { at } = node;
    const passed = references.map(([name, visible]): Entry => [name, this.#keep(visible, node)]);
    const kept = own.map(([name, record]): Entry => [name, this.#keep({ ...record, at }, node)]);
    if (kept.every(([, { type }]) => type === undefined))
      node.away = this.#shared(kept.map(([name]) => name));
    else for (const entry of kept) passed.push(entry);
    if (passed.length > 0) node.own = passed;
    return this.#linked(node);
  }

  #linked(node: Node): Node {
    const { base, at } = node;
    if (node.depth > LONGEST_CHAIN) {
      const flat = newNode(at, undefined, NO_NAMES);
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

  /** With the bytes of small artifacts, read from the store where they are not at hand. */
  view(label: string): View | Promise<View> {
    const entries = this.#entries(this.#nodes.get(label) as Node);
    const away = [...entries].filter(([, { bytes, hash }]) => bytes === undefined && hash === undefined);
    return away.length === 0 ? { label, entries } : this.#fetch({ label, entries }, away);
  }

  async #fetch(view: View, away: Entry[]): Promise<View> {
    const shown = away.map(([name, { at }]) => ({ name, at }));
    const visible = await this.#away.read(shown);
    for (const [i, { name }] of shown.entries()) view.entries.set(name, visible[i] as Visible);
    return view;
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
