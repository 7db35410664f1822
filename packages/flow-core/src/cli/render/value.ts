/** A value as `dump` prints it. */
import { inspect } from 'node:util';
import { type AnyCodec, previewBy } from '../../definition/codec';
import { shown } from '../../engine/task/shown';
import type { Output } from './output';
import { table } from './table';

/** Rows of a preview that are printed, unless all are asked for. */
const ROWS = 10;

/**
 * What its codec says of it, or else all that can be seen of it.
 * @param full whole values, however long
 */
export function valueText(
  value: unknown,
  codecs: readonly AnyCodec[] = [],
  { colors, columns }: Output,
  full: boolean,
): string {
  const own = codecs.find((codec) => codec.match(value) === true);
  const preview = own && previewBy(own, value);
  if (preview) return [preview.line, ...rowsText(preview.rows ?? [], columns, colors.dim, full)].join('\n');
  const limits = full
    ? { maxArrayLength: null, maxStringLength: null, depth: null }
    : { maxArrayLength: 10, maxStringLength: 500, depth: 4 };
  return inspect(shown(value, codecs), { ...limits, colors: colors.isColorSupported, breakLength: columns });
}

function rowsText(
  rows: readonly object[],
  columns: number,
  dim: (text: string) => string,
  full: boolean,
): string[] {
  const shown = full ? rows : rows.slice(0, ROWS);
  if (shown.length === 0) return [];
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const cells = shown.map((row) => names.map((name) => cellText((row as Record<string, unknown>)[name])));
  const text = table(
    names.map((head, i) => ({ head, ...(i === names.length - 1 ? { shrink: true } : {}) })),
    cells,
    full ? Number.POSITIVE_INFINITY : columns,
    dim,
  );
  const more = rows.length > shown.length ? ['…'] : [];
  return [text.trimEnd(), ...more];
}

const cellText = (value: unknown) =>
  typeof value === 'string'
    ? value
    : value === undefined
      ? ''
      : inspect(value, { breakLength: Number.POSITIVE_INFINITY });
