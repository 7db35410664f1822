/** A graph as SVG: each node as far to the right as its longest way is long. */
import type { GraphBlock } from '../document';
import { type Markup, markup } from './markup';
import { block, note } from './parts';
import type { Place } from './place';

/** Pixels. */
const [HEIGHT, GAP, BETWEEN, MARGIN] = [38, 14, 34, 2];

export function renderGraph({ title, nodes, edges, of }: GraphBlock, place: Place): Markup {
  place.need('graph');
  const layers = layersOf(nodes.length, edges);
  const spots: { x: number; y: number; width: number }[] = [];
  const highest = Math.max(...layers.map((layer) => layer.length), 1);
  const full = highest * (HEIGHT + GAP) - GAP;
  let x = MARGIN;
  for (const layer of layers) {
    const width = Math.max(...layer.map((i) => widthOf(nodes[i]?.name ?? '')));
    const top = (full - (layer.length * (HEIGHT + GAP) - GAP)) / 2 + MARGIN;
    for (const [at, i] of layer.entries()) spots[i] = { x, y: top + at * (HEIGHT + GAP), width };
    x += width + BETWEEN;
  }
  const [across, down] = [Math.max(x - BETWEEN, 0) + MARGIN, full + 2 * MARGIN];
  const lines = edges.map(([from, to]) => {
    const [a, b] = [spots[from], spots[to]];
    if (!a || !b) return '';
    const [x1, y1, x2, y2] = [a.x + a.width, a.y + HEIGHT / 2, b.x, b.y + HEIGHT / 2];
    const middle = BETWEEN / 2;
    return markup`<path d="M${x1} ${y1}C${x1 + middle} ${y1} ${x2 - middle} ${y2} ${x2} ${y2}"/>`;
  });
  const boxes = nodes.map(({ name, kind, marked }, i) => {
    const { x, y, width } = spots[i] ?? { x: 0, y: 0, width: 0 };
    const [head, below] = kind === undefined ? [y + 23, undefined] : [y + 16, y + 30];
    return markup`<g${marked && markup` class="here"`}><rect x="${x}" y="${y}" width="${width}" height="${HEIGHT}" rx="6"/><text x="${x + width / 2}" y="${head}">${shortened(name)}</text>${below !== undefined && markup`<text class="kind" x="${x + width / 2}" y="${below}">${kind}</text>`}<title>${name}</title></g>`;
  });
  const here = nodes.find(({ marked }) => marked)?.name;
  const label = `${nodes.length} steps: ${nodes.map(({ name }) => name).join(', ')}${here === undefined ? '' : `. ${here} is marked`}`;
  const drawing = markup`<div class="scroll" tabindex="0"><svg viewBox="0 0 ${across} ${down}" width="${across}" height="${down}" role="img" aria-label="${label}">${lines}${boxes}</svg></div>`;
  const more = of > nodes.length && note(`${(of - nodes.length).toLocaleString('en')} more are not drawn`);
  return block('graph', place.id, title, [drawing, more || '']);
}

/** The nodes by how long the longest way to each is. What lies in a circle is where it was met first. */
function layersOf(count: number, edges: readonly [number, number][]): number[][] {
  const before: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) before[to]?.push(from);
  const depth: (number | undefined)[] = [];
  const find = (i: number, above: ReadonlySet<number>): number => {
    if (above.has(i)) return 0;
    depth[i] ??= Math.max(0, ...(before[i] ?? []).map((from) => find(from, new Set(above).add(i)) + 1));
    return depth[i];
  };
  const layers: number[][] = [];
  for (let i = 0; i < count; i++) {
    const at = find(i, new Set());
    layers[at] ??= [];
    layers[at].push(i);
  }
  return Array.from(layers, (layer) => layer ?? []).filter((layer) => layer.length > 0);
}

const shortened = (name: string) => (name.length > 24 ? `${name.slice(0, 23)}…` : name);
const widthOf = (name: string) => Math.max(64, 24 + 7.4 * shortened(name).length);
