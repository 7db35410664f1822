/** How much of a card a block takes. */
import type { Block } from './document';

/** About how many characters; of blocks that lie in it, none. Cheap: texts are not looked at. */
export function weightOf(block: Block): number {
  switch (block.type) {
    case 'markdown':
    case 'code':
    case 'html':
      return block.text.length;
    case 'vega':
      return block.spec.length;
    case 'image':
      return block.source.length;
    case 'log':
      return block.lines.reduce((sum, line) => sum + line.length, 0);
    case 'table':
      return block.rows.reduce(
        (sum, row) => sum + row.reduce<number>((all, cell) => all + sizeOf(cell), 0),
        0,
      );
    default:
      return 1_000;
  }
}

function sizeOf(cell: unknown): number {
  return typeof cell === 'string' ? cell.length + 10 : 20;
}
