/** How much of a card a block takes. */
import type { Block, Tree } from './document';

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
    case 'json':
      return treeWeight(block.tree);
    case 'artifact':
      return 100 + weightOf(block.preview);
    case 'events':
      return block.items.reduce(
        (sum, { input, output }) => sum + 100 + treeWeight(input) + treeWeight(output),
        0,
      );
    case 'line':
    case 'bar':
    case 'scatter':
    case 'histogram':
      return block.series.reduce((sum, { x }) => sum + 20 * x.length, 1_000);
    default:
      return 1_000;
  }
}

function treeWeight(tree: Tree | undefined): number {
  if (!tree) return 0;
  return (tree.items ?? []).reduce(
    (sum, [name, item]) => sum + name.length + treeWeight(item),
    tree.text.length + 20,
  );
}

function sizeOf(cell: unknown): number {
  return typeof cell === 'string' ? cell.length + 10 : 20;
}
