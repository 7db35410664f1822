/** The views that many splits of one step read: each is read once, shared by the splits that see it, and forgotten with the last. */
import type { Artifacts } from '../../store/values/artifacts';
import { listLength } from '../../store/values/type-of';
import type { Resolved } from '../inputs/resolved';
import { viewsOf } from '../task/place';
import { previewOf } from '../task/preview';
import type { View } from '../task/view';

/** Lists of more bytes are not decoded to show an item. */
const LONGEST_LIST = 4 * 1024 * 1024;

/** Where views are read from. */
export interface ViewSource {
  /** The views of one split, by their labels: with the bytes of small artifacts, references to large ones. */
  views(split: Resolved, labels: readonly string[]): Promise<Map<string, View>>;
}

export class SplitViews {
  readonly #inputs: ViewSource;
  readonly #views = new Map<string, Promise<View>>();
  /** The splits that see a view, and have not ended. */
  readonly #uses = new Map<string, Resolved[]>();

  constructor(splits: readonly Resolved[], inputs: ViewSource) {
    this.#inputs = inputs;
    for (const split of splits) {
      for (const label of viewsOf(split)) {
        const uses = this.#uses.get(label);
        if (uses) uses.push(split);
        else this.#uses.set(label, [split]);
      }
    }
  }

  view(label: string): Promise<View> {
    const known = this.#views.get(label);
    if (known) return known;
    // Any split that sees it will do: what is put on top of a view is the same for all.
    const [split] = this.#uses.get(label) as [Resolved];
    const labels = viewsOf(split);
    const all = this.#inputs.views(split, labels);
    for (const each of labels) {
      if (this.#views.has(each)) continue;
      this.#views.set(
        each,
        all.then((views) => views.get(each) as View),
      );
    }
    return this.#views.get(label) as Promise<View>;
  }

  async of(split: Resolved): Promise<Map<string, View>> {
    const labels = viewsOf(split);
    const views = await Promise.all(labels.map((label) => this.view(label)));
    return new Map(labels.map((label, i) => [label, views[i] as View]));
  }

  /** A split has ended. */
  forget(split: Resolved): void {
    for (const label of viewsOf(split)) {
      const uses = this.#uses.get(label) as Resolved[];
      // The first one serves all while there is any.
      if (uses.length > 1) uses.pop();
      else this.#views.delete(label);
    }
  }
}

/** The item of a split on one line; empty where its list would take long to decode. */
export function itemText(
  { stack }: Resolved,
  views: ReadonlyMap<string, View>,
  artifacts: Artifacts,
): string {
  const frame = stack.at(-1);
  const list = frame && views.get(frame.shownBy)?.entries.get(frame.over);
  if (!list || list.size > LONGEST_LIST || !listLength(list.type)) return '';
  return previewOf(artifacts.item(list, frame.index), 60);
}
