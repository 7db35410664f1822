/**
 * The parts of all tasks as one card: what they come to together, one table of their rows, and each part in the order of the
 * splits. Of many parts only those are held that the card has room for; of the others, what is summed up.
 */
import type { Block, CardDocument, Cell, ProgressBlock } from './document';
import type { CardPart } from './part';
import { type Sums, summed, sumsOf } from './part-sums';

/** Where a task stands among those of its step. */
export interface PartPlace {
  /** The split, outermost foreach first. */
  index: readonly number[];
  iteration?: number;
}

/** The part of a task with its place, as it is recorded. */
export interface PlacedPart extends CardPart, PartPlace {
  /** How many splits there are, where there is one foreach. */
  of?: number;
  failed?: true;
}

/** Characters, as JSON, and rows that a card shows; live, less is sent. The file stays below 2 MB. */
const [CHARACTERS, ROWS, COLUMNS] = [900_000, 10_000, 50];

interface Held extends PartPlace {
  /** Undefined where there is no room for it. */
  part?: PlacedPart | undefined;
  characters: number;
  sums: Sums;
  ended: boolean;
}

export class MergedParts {
  /** In the order of their places. Those of which the part is held stand before all others. */
  readonly #all: Held[] = [];
  #held = 0;
  #characters = 0;
  #title: string | undefined;
  #totals: CardPart['totals'];
  #of: number | undefined;

  get size(): number {
    return this.#all.length;
  }

  has(place: PartPlace): boolean {
    return this.#find(place).known !== undefined;
  }

  /** In the place of the one that stood there. @param ended the task has; what it shows does not change any more */
  set(part: PlacedPart, ended = true): void {
    const { index, iteration } = part;
    this.#title ??= part.title;
    this.#totals ??= part.totals;
    this.#of ??= part.of;
    const { at, known } = this.#find(part);
    const held: Held = known ?? { index, ...(iteration === undefined ? {} : { iteration }), ...NONE };
    const fits = at <= this.#held - (known ? 1 : 0);
    this.#characters -= held.characters;
    const characters = fits ? JSON.stringify(part).length : 0;
    Object.assign(held, { sums: sumsOf(part), ended, characters, part: fits ? part : undefined });
    this.#characters += characters;
    if (!known) {
      this.#all.splice(at, 0, held);
      if (fits) this.#held++;
    }
    while (this.#characters > 2 * CHARACTERS && this.#held > 1) this.#drop();
  }

  /** @param share of what the card has room for */
  toDocument(share = 1): CardDocument {
    const blocks = [...this.#head(), ...this.#table(share)];
    let left = CHARACTERS * share;
    let hidden = 0;
    for (const { part, characters, sums, ended, ...place } of this.#all) {
      if (part && part.blocks.length === 0) continue;
      if (!part && !sums.blocks) continue;
      left -= characters;
      if (part && left >= 0) blocks.push(...placed(part, titleOf(place, part, ended)));
      else hidden++;
    }
    if (hidden > 0) {
      const text = `What ${hidden.toLocaleString('en')} of ${this.size.toLocaleString('en')} tasks show is not here: there is no room for it. What is summed up counts all of them.`;
      blocks.push({ type: 'markdown', text });
    }
    return { version: 1, ...(this.#title === undefined ? {} : { title: this.#title }), blocks };
  }

  /** What all of them come to. */
  #head(): Block[] {
    const [first] = this.#all;
    if (this.size < 2 && this.#of === undefined) return [];
    const ended = this.#all.reduce((count, held) => count + (held.ended ? 1 : 0), 0);
    const title = first?.index.length ? 'Splits' : 'Iterations';
    const of = this.#of === undefined || first?.iteration !== undefined ? {} : { total: this.#of };
    const splits: ProgressBlock = { type: 'progress', title, value: ended, ...of };
    return [splits, ...summed(this.#all.map(({ sums }) => sums))];
  }

  #table(share: number): Block[] {
    const columns = new Map<string, number>();
    const rows: Cell[][] = [];
    let left = CHARACTERS * share;
    let of = 0;
    const totals = new Map<string, number>();
    for (const { part, sums, ...place } of this.#all) {
      of += sums.rows;
      for (const [name, sum] of sums.columns) totals.set(name, (totals.get(name) ?? 0) + sum);
      if (!part?.rows || left < 0) continue;
      for (const name of part.rows.columns)
        if (!columns.has(name) && columns.size < COLUMNS) columns.set(name, columns.size);
      for (const cells of part.rows.rows) {
        const row: Cell[] = [cellOf(place)];
        part.rows.columns.forEach((name, i) => {
          const at = columns.get(name);
          if (at !== undefined) row[at + 1] = cells[i] ?? null;
        });
        left -= JSON.stringify(row).length;
        if (left < 0 || rows.length >= ROWS * share) break;
        rows.push(row);
      }
    }
    if (of === 0) return [];
    const names = [...columns.keys()];
    for (const row of rows) for (let i = 0; i <= names.length; i++) row[i] ??= null;
    const sums = names.flatMap((name, i): [number, number][] => {
      const sum = totals.get(name);
      const isAsked = this.#totals === true || this.#totals?.includes(name);
      return isAsked && sum !== undefined ? [[i + 1, sum]] : [];
    });
    const place = this.#all[0]?.index.length ? 'split' : 'iteration';
    return [
      {
        type: 'table',
        columns: [names.includes(place) ? '#' : place, ...names],
        rows,
        of,
        columnsOf: names.length + 1,
        pageSize: 20,
        ...(sums.length > 0 ? { totals: Object.fromEntries(sums), totalsOfAll: true } : {}),
      },
    ];
  }

  #drop(): void {
    const last = this.#all[--this.#held] as Held;
    this.#characters -= last.characters;
    Object.assign(last, { part: undefined, characters: 0 });
  }

  #find(place: PartPlace): { at: number; known?: Held } {
    let [from, to] = [0, this.#all.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const order = compare(this.#all[middle] as Held, place);
      if (order === 0) return { at: middle, known: this.#all[middle] as Held };
      if (order < 0) from = middle + 1;
      else to = middle;
    }
    return { at: from };
  }
}

const NONE = { characters: 0, sums: { blocks: false, progress: [], rows: 0, columns: [] }, ended: false };

function compare(a: PartPlace, b: PartPlace): number {
  for (let i = 0; i < Math.max(a.index.length, b.index.length); i++) {
    const order = (a.index[i] ?? -1) - (b.index[i] ?? -1);
    if (order !== 0) return order;
  }
  return (a.iteration ?? -1) - (b.iteration ?? -1);
}

/** What stands in no foreach and no loop has no heading of its own. */
function placed({ blocks }: CardPart, title: string | undefined): Block[] {
  return title === undefined ? blocks : [{ type: 'section', title, blocks }];
}

function titleOf(
  { index, iteration }: PartPlace,
  { name, failed }: PlacedPart,
  ended: boolean,
): string | undefined {
  const split = index.length > 0 ? [`split ${index.join(',')}`] : [];
  const place = [...split, ...(iteration === undefined ? [] : [`iteration ${iteration}`])].join(', ');
  const title = name ?? `${place.charAt(0).toUpperCase()}${place.slice(1)}`;
  if (title === '') return undefined;
  return `${title}${failed ? ', failed' : ended ? '' : ', at work'}`;
}

function cellOf({ index, iteration }: PartPlace): Cell {
  const parts = [...index, ...(iteration === undefined ? [] : [iteration])];
  return parts.length === 1 ? (parts[0] as number) : parts.join(',');
}
