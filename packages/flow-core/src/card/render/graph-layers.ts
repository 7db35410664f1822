/** Where the nodes of a graph stand: each as far to the right as its longest way is long. */

/** What stands in a layer: a node, or the bend of an edge that passes it. */
export interface Layers {
  /** By layer, from above: indices of nodes; those from the count of nodes on are bends. */
  layers: number[][];
  /** By edge, the bends that it goes over. */
  ways: number[][];
}

/** Bends of a whole graph. Where edges would need more, the last ones go straight. */
const BENDS = 600;

export function layersOf(count: number, edges: readonly [number, number][]): Layers {
  const before: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) before[to]?.push(from);
  const depth = depthsOf(before);
  const layers: number[][] = [];
  const put = (at: number, i: number) => {
    layers[at] ??= [];
    layers[at].push(i);
  };
  for (let i = 0; i < count; i++) put(depth[i] ?? 0, i);
  let next = count;
  const ways = edges.map(([from, to]) => {
    const [begin, end] = [depth[from] ?? 0, depth[to] ?? 0];
    if (end - begin < 2 || next - count + end - begin > BENDS) return [];
    const way: number[] = [];
    for (let at = begin + 1; at < end; at++) {
      before[next] = [way.at(-1) ?? from];
      put(at, next);
      way.push(next++);
    }
    return way;
  });
  const all = Array.from(layers, (layer) => layer ?? []).filter((layer) => layer.length > 0);
  return { layers: ordered(all, before), ways };
}

/** The longest way to each. What lies in a circle is where it was met first. */
function depthsOf(before: readonly number[][]): number[] {
  const depth: number[] = [];
  const find = (i: number, above: ReadonlySet<number>): number => {
    if (above.has(i)) return 0;
    depth[i] ??= Math.max(0, ...(before[i] ?? []).map((from) => find(from, new Set(above).add(i)) + 1));
    return depth[i];
  };
  before.forEach((_, i) => {
    find(i, new Set());
  });
  return depth;
}

/** Each beside those that lead to it, so that few edges cross. */
function ordered(layers: number[][], before: readonly number[][]): number[][] {
  const height = new Map<number, number>();
  return layers.map((layer) => {
    const wanted = (i: number) => {
      const heights = (before[i] ?? []).flatMap((from) => height.get(from) ?? []);
      return heights.length > 0 ? heights.reduce((sum, one) => sum + one, 0) / heights.length : 0;
    };
    const sorted = layer.toSorted((a, b) => wanted(a) - wanted(b));
    sorted.forEach((i, at) => {
      height.set(i, at - (sorted.length - 1) / 2);
    });
    return sorted;
  });
}
