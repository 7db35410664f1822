/** Where the nodes and edges of a graph lie, in pixels: by dagre, in layers. */
import { Graph, layout } from '@dagrejs/dagre';
import type { ShownGraph, ShownNode } from './collapse';

export interface Box {
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GraphLayout {
  width: number;
  height: number;
  /** By name; x and y of the left upper corner. */
  nodes: ReadonlyMap<string, Box>;
  /** The boxes around unfolded foreaches, outer ones first. */
  groups: readonly Box[];
  edges: readonly { from: string; to: string; path: string }[];
}

const NODE_HEIGHT = 44;
const MARGIN = 6;
/** Above the nodes of an unfolded foreach, for its name. */
const TITLE = 16;

/** `down`: from top to bottom, for a narrow page. */
export function layoutGraph({ nodes, edges, unfolded }: ShownGraph, down: boolean): GraphLayout {
  const graph = new Graph({ compound: true });
  graph.setGraph({
    rankdir: down ? 'TB' : 'LR',
    nodesep: 14,
    ranksep: 34,
    edgesep: 10,
    marginx: MARGIN,
    marginy: unfolded.length > 0 ? MARGIN + TITLE : MARGIN,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const group = (name: string) => `foreach ${name}`;
  for (const name of unfolded) graph.setNode(group(name), {});
  for (const node of nodes) {
    graph.setNode(node.name, { width: widthOf(node), height: NODE_HEIGHT });
    for (const [i, around] of node.inside.entries()) {
      const inner = node.inside[i + 1];
      graph.setParent(inner === undefined ? node.name : group(inner), group(around));
    }
  }
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const box = (id: string, name: string): Box => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id) as Partial<Box>;
    return { name, width, height, x: x - width / 2, y: y - height / 2 };
  };
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    nodes: new Map(nodes.map(({ name }) => [name, box(name, name)])),
    groups: unfolded.map((name) => {
      const around = box(group(name), name);
      return { ...around, y: around.y - TITLE, height: around.height + TITLE };
    }),
    edges: edges.map(([from, to]) => {
      const { points = [] } = graph.edge(from, to) as { points?: readonly Point[] };
      return { from, to, path: smooth(points) };
    }),
  };
}

interface Point {
  x: number;
  y: number;
}

/** Room for the name in bold, and for the counts below it. */
function widthOf({ name, folded, kind, inside }: ShownNode): number {
  const many = folded || kind === 'foreach' || inside.length > 0;
  return Math.min(Math.max(name.length * 8 + (folded ? 72 : 44), many ? 156 : 118), 240);
}

/** A line through the middle of each two points, bent at the points between. */
function smooth(points: readonly Point[]): string {
  const at = ({ x, y }: Point) => `${Math.round(x)} ${Math.round(y)}`;
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return '';
  const bends = rest.slice(0, -1).map((point, i) => {
    const next = rest[i + 1] as Point;
    const to = i === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(to)}`;
  });
  return `M${at(first)}${bends.length > 0 ? bends.join('') : `L${at(last)}`}`;
}
