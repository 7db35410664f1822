/** A graph as SVG, from left to right. */
import type { GraphBlock } from '../document';
import { layersOf } from './graph-layers';
import { type Markup, markup } from './markup';
import { block, note } from './parts';
import type { Place } from './place';

/** Pixels. */
const [HEIGHT, GAP, BETWEEN, MARGIN] = [38, 14, 34, 2];

export function renderGraph({ title, nodes, edges, of }: GraphBlock, place: Place): Markup {
  place.need('graph');
  const { layers, ways } = layersOf(nodes.length, edges);
  const spots: { x: number; y: number; width: number }[] = [];
  const highest = Math.max(...layers.map((layer) => layer.length), 1);
  const full = highest * (HEIGHT + GAP) - GAP;
  let x = MARGIN;
  for (const layer of layers) {
    const width = Math.max(...layer.flatMap((i) => (nodes[i] ? widthOf(nodes[i].name) : [])));
    const top = (full - (layer.length * (HEIGHT + GAP) - GAP)) / 2 + MARGIN;
    for (const [at, i] of layer.entries()) spots[i] = { x, y: top + at * (HEIGHT + GAP), width };
    x += width + BETWEEN;
  }
  const [across, down] = [Math.max(x - BETWEEN, 0) + MARGIN, full + 2 * MARGIN];
  const lines = edges.map(([from, to], edge) => {
    let path = '';
    for (const stop of [from, ...(ways[edge] ?? []), to]) {
      const spot = spots[stop];
      if (!spot) return '';
      const [left, right, y] = [spot.x, spot.x + spot.width, spot.y + HEIGHT / 2];
      path += path === '' ? `M${right} ${y}` : ` ${left - BETWEEN / 2} ${y} ${left} ${y}`;
      if (stop !== to) path += `${stop === from ? '' : `H${right}`}C${right + BETWEEN / 2} ${y}`;
    }
    return markup`<path d="${path}"/>`;
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

const shortened = (name: string) => (name.length > 24 ? `${name.slice(0, 23)}…` : name);
const widthOf = (name: string) => Math.max(64, 24 + 8 * shortened(name).length);
