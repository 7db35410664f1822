/** What parts come to together: their progress, and the sums of their rows. */
import type { ProgressBlock } from './document';
import type { CardPart } from './part';

/** What counts of a part where there is no room for the part itself. */
export interface Sums {
  /** Whether it shows anything besides rows. */
  blocks: boolean;
  progress: readonly ProgressBlock[];
  rows: number;
  /** Of columns that have numbers. */
  columns: readonly [name: string, sum: number][];
}

export function sumsOf({ blocks, rows }: CardPart): Sums {
  const columns = new Map<string, number>();
  for (const row of rows?.rows ?? [])
    row.forEach((cell, i) => {
      const name = rows?.columns[i];
      if (name !== undefined && typeof cell === 'number') columns.set(name, (columns.get(name) ?? 0) + cell);
    });
  return {
    blocks: blocks.length > 0,
    progress: blocks.filter((block) => block.type === 'progress'),
    rows: rows?.of ?? 0,
    columns: [...columns],
  };
}

/** The progress of all parts: those of one title and unit together, where several have one. */
export function summed(all: readonly Sums[]): ProgressBlock[] {
  const found = new Map<string, ProgressBlock & { parts: number }>();
  for (const { progress } of all)
    for (const { title, unit, value, total, rate, remaining } of progress) {
      const key = JSON.stringify([title, unit]);
      const sum = found.get(key);
      // What is done is at work no more.
      const now = remaining === undefined ? 0 : (rate ?? 0);
      if (!sum) found.set(key, { type: 'progress', value, parts: 1, rate: now, ...{ title, unit, total } });
      else {
        sum.parts++;
        sum.value += value;
        sum.total = sum.total === undefined || total === undefined ? undefined : sum.total + total;
        sum.rate = (sum.rate ?? 0) + now;
      }
    }
  return [...found.values()].flatMap(({ parts, rate = 0, ...sum }): ProgressBlock[] => {
    if (parts < 2) return [];
    const { title, total, value } = sum;
    const remaining = total !== undefined && rate > 0 && value < total ? (total - value) / rate : undefined;
    return [
      {
        ...sum,
        title: title === undefined ? 'Together' : `${title}, together`,
        ...(rate > 0 ? { rate } : {}),
        ...(remaining === undefined ? {} : { remaining }),
      },
    ];
  });
}
