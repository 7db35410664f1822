/**
 * A graph as it is shown: what lies inside a nested foreach is one node with the counts of all of it, until somebody unfolds it.
 * A foreach of a single step is that step.
 */
import type { GraphEntry, GraphNode } from '../../api/routes';

export interface ShownNode {
  /** The step, or the foreach that is folded. */
  name: string;
  kind: string;
  /** The steps that it stands for: one, or those of a folded foreach. */
  steps: readonly string[];
  folded: boolean;
  /** The unfolded foreaches around it, outermost first. */
  inside: readonly string[];
  tasks: GraphNode['tasks'];
  durationMs: number;
}

export interface ShownGraph {
  nodes: readonly ShownNode[];
  edges: readonly (readonly [from: string, to: string])[];
  /** Foreaches of several steps that are unfolded: they can be folded. */
  unfolded: readonly string[];
}

/** `toggled`: foreaches that are not as they are at first, where nested ones are folded and outer ones are not. */
export function shownGraph(graph: GraphEntry, toggled: ReadonlySet<string>): ShownGraph {
  const depth = new Map<string, number>();
  const size = new Map<string, number>();
  for (const { inside } of graph.nodes)
    for (const [i, name] of inside.entries()) {
      depth.set(name, i);
      size.set(name, (size.get(name) ?? 0) + 1);
    }
  const several = (name: string) => (size.get(name) ?? 0) > 1;
  const isFolded = (name: string) => several(name) && (depth.get(name) ?? 0) > 0 !== toggled.has(name);
  const standsFor = new Map(graph.nodes.map((node) => [node.name, node.inside.find(isFolded) ?? node.name]));
  const nodes = new Map<string, ShownNode>();
  for (const node of graph.nodes) {
    const name = standsFor.get(node.name) ?? node.name;
    const before = nodes.get(name);
    const folded = node.inside.includes(name) && isFolded(name);
    const inside = node.inside.filter((around) => several(around) && !isFolded(around));
    if (before) nodes.set(name, together(before, node));
    else
      nodes.set(name, {
        ...node,
        name,
        steps: [node.name],
        folded,
        inside: folded ? outside(inside, node, name) : inside,
      });
  }
  const edges = new Map(
    graph.edges
      .map(([from, to]) => [standsFor.get(from) ?? from, standsFor.get(to) ?? to] as const)
      .filter(([from, to]) => from !== to)
      .map((edge) => [edge.join(' '), edge]),
  );
  const unfolded = [...size.keys()].filter(
    (name) => several(name) && [...nodes.values()].some(({ inside }) => inside.includes(name)),
  );
  return { nodes: [...nodes.values()], edges: [...edges.values()], unfolded };
}

/** Of a folded foreach: what is around it, and not what is inside. */
function outside(inside: readonly string[], node: GraphNode, folded: string): readonly string[] {
  const around = node.inside.slice(0, node.inside.indexOf(folded));
  return inside.filter((name) => around.includes(name));
}

function together(a: ShownNode, b: GraphNode): ShownNode {
  const tasks = Object.fromEntries(
    (Object.keys(a.tasks) as (keyof GraphNode['tasks'])[]).map((name) => [
      name,
      a.tasks[name] + b.tasks[name],
    ]),
  ) as unknown as GraphNode['tasks'];
  return { ...a, steps: [...a.steps, b.name], tasks, durationMs: a.durationMs + b.durationMs };
}

/** The one word for all tasks of a node. @param ended whether its run has ended: nothing more begins */
export function nodeStatus({ total, failed, running, caught }: GraphNode['tasks'], ended: boolean): string {
  if (failed > 0) return 'failed';
  if (running > 0) return 'running';
  if (total === 0) return ended ? 'not reached' : 'waiting';
  return caught > 0 ? 'caught' : 'done';
}
