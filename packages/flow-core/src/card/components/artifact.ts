/** An artifact: its name, its type, and the beginning of its value. */
import { types } from 'node:util';
import type { Block, Tree } from '../document';
import { handle, partOf, type Updatable, type Walk } from '../handle';
import { cut, lineOf, textOf } from '../text';
import { jsonBlock, kindOf } from '../tree';
import { tableBlock } from './table';

/** Rows of a preview. */
const ROWS = 5;

export interface Artifact extends Updatable {
  name: string;
  value: unknown;
}

/** A value with its name and its type: rows as a table, texts as text, anything else as a tree. */
export function artifact(name: string, value: unknown): Artifact {
  return handle({ name, value } as Omit<Artifact, 'update'>, (props, walk) => ({
    type: 'artifact',
    name: textOf(props.name) ?? '',
    kind: partOf(props.value) ? 'component' : kindOf(props.value),
    preview: previewOf(props.value, walk),
  }));
}

function previewOf(value: unknown, walk: Walk): Block {
  if (partOf(value)) return walk.block(value);
  if (typeof value === 'string') return { type: 'code', text: cut(value, 2_000) };
  if (typeof value === 'function') return { type: 'code', text: lineOf(value, 2_000) };
  if (hasRows(value)) return tableBlock({ rows: value, limit: ROWS, pageSize: ROWS }, walk);
  const block = jsonBlock(value);
  return lineOfList(block.tree) ?? (isLong(block.tree) ? { ...block, open: 0 } : block);
}

/** Items of a tree that are seen at once; of a list of numbers or texts, those of its line. */
const [OPEN, LINE] = [20, 50];

const isLong = ({ items = [] }: Tree) => items.length > OPEN;

/** A list of numbers or texts, as one line: below each other they would fill the screen. */
function lineOfList({ kind, items = [], text }: Tree): Block | undefined {
  if (kind !== 'list' || items.length <= ROWS || items.some(([, item]) => item.items)) return undefined;
  const values = items.filter(([, item]) => item.kind !== 'more').slice(0, LINE);
  const all = Number(/\((\d+)\)/.exec(text)?.[1] ?? items.length);
  const more = all - values.length;
  const line = values.map(([, item]) => item.text).join(', ');
  return { type: 'code', text: cut(more > 0 ? `${line}, … ${more.toLocaleString('en')} more` : line, 2_000) };
}

function hasRows(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  if (typeof (value as { getChild?: unknown }).getChild === 'function') return true;
  return Array.isArray(value) && value.length > 0 && value.slice(0, ROWS).every(isRow);
}

function isRow(row: unknown): boolean {
  return kindOf(row) === 'object' && Object.keys(row as object).length > 0;
}
