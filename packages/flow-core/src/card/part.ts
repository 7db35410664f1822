/** What one task adds to a card that all tasks of its step have together. */
import { type Card, type CardOptions, createCard } from './card';
import { type Table, table } from './components/table';
import type { Block, TableBlock } from './document';
import { textOf } from './text';

/** A card that all tasks of a step have together, as one of them sees it: what it adds is its part of it. */
export interface SharedCard extends Card {
  /** What the part of this task is called. Without it: by its place, such as `Split 3`. */
  name: string | undefined;
  /** Adds a row to the one table of all tasks. @returns the row: to assign to one of its columns is enough */
  row<R extends object>(row: R): R;
}

export interface SharedOptions {
  /** Sums below columns of the table: `true` for all that have numbers, or the names of some. They count the rows of all tasks. */
  totals?: boolean | readonly string[];
}

/** The part of one task, as it is recorded. */
export interface CardPart {
  /** Of the card. */
  title?: string;
  /** Of the part. */
  name?: string;
  blocks: Block[];
  rows?: Pick<TableBlock, 'columns' | 'rows' | 'of'>;
  totals?: true | string[];
}

/** A part for whoever merges it with others. */
export interface OpenPart extends SharedCard {
  /** Whether anything was done with it. */
  readonly used: boolean;
  /** What it shows now. Throws nothing. */
  toPart(): CardPart;
  /** Hears no change any more. */
  close(): void;
}

/** Characters of a part, as JSON. Of many tasks, each can have no more. */
const LIMIT = 200_000;

export function createPart(options: CardOptions, { totals }: SharedOptions = {}): OpenPart {
  const card = createCard(options);
  let name: string | undefined;
  /** Stands among the components, so that its cells are heard as they are. */
  let all: { table: Table<object[]>; at: number } | undefined;
  return {
    get title() {
      return card.title;
    },
    set title(text) {
      card.title = text;
    },
    get name() {
      return name;
    },
    set name(text) {
      name = text;
      card.update();
    },
    get used() {
      return card.used;
    },
    add: card.add,
    row<R extends object>(row: R): R {
      all ??= { at: card.size, table: card.add(table<object[]>([])) };
      const { rows, update } = all.table;
      rows.push(row);
      update();
      return new Proxy(row, {
        set(target, column, value) {
          const isSet = Reflect.set(target, column, value);
          update();
          return isSet;
        },
      });
    },
    clear() {
      all = undefined;
      card.clear();
    },
    toPart() {
      const { title, blocks } = card.toDocument();
      const [block] = all ? blocks.splice(all.at, 1) : [];
      const rows = block?.type === 'table' ? rowsWithin(block) : undefined;
      const shown = textOf(name);
      return {
        ...(title === undefined ? {} : { title }),
        ...(shown === undefined ? {} : { name: shown }),
        blocks: within(block && !rows ? [block, ...blocks] : blocks, LIMIT - (rows ? sizeOf(rows) : 0)),
        ...(rows ? { rows } : {}),
        ...(totals ? { totals: totals === true ? true : [...totals] } : {}),
      };
    },
    close: card.close,
  };
}

const sizeOf = (shown: unknown) => JSON.stringify(shown).length;

/** The first rows, as many as take half of a part. */
function rowsWithin({ columns, rows, of }: TableBlock): NonNullable<CardPart['rows']> {
  let shown = rows;
  while (shown.length > 1 && sizeOf(shown) > LIMIT / 2) shown = shown.slice(0, shown.length >> 1);
  return { columns, rows: shown, of };
}

function within(blocks: readonly Block[], limit: number): Block[] {
  let left = limit;
  const shown: Block[] = [];
  for (const block of blocks) {
    left -= sizeOf(block);
    if (left < 0) break;
    shown.push(block);
  }
  const more = blocks.length - shown.length;
  if (more > 0) {
    const text = `${more === 1 ? 'One component is' : `${more.toLocaleString('en')} components are`} not shown: the part of a task has at most ${LIMIT / 1_000} kB.`;
    shown.push({ type: 'markdown', text });
  }
  return shown;
}
