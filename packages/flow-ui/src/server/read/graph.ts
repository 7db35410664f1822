/** The graph of a run, as its steps were then, with what became of the tasks. */
import type { Run, StepCounts } from '@nx-flow/core/ui';
import type { GraphEntry, GraphNode } from '../../api/routes';

interface Node {
  name: string;
  kind: string;
  after: readonly string[];
}

/** @param started how many tasks of each step have begun and not ended: the store may not have them yet */
export function graphOfRun(
  run: Run<unknown>,
  counts: ReadonlyMap<string, StepCounts>,
  started: ReadonlyMap<string, number>,
): GraphEntry {
  const nodes = run.steps().map((step): Node => {
    return { name: step.name, kind: step.kind, after: step.parents().map(({ name }) => name) };
  });
  const graph = graphEntry(nodes, counts);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const more = (started.get(node.name) ?? 0) - node.tasks.running;
      if (more <= 0) return node;
      const { total, running } = node.tasks;
      return { ...node, tasks: { ...node.tasks, total: total + more, running: running + more } };
    }),
  };
}

export function graphEntry(
  nodes: readonly Node[],
  counts: ReadonlyMap<string, StepCounts> = new Map(),
): GraphEntry {
  const inside = foreaches(nodes);
  return {
    nodes: nodes.map(({ name, kind }): GraphNode => {
      const { done = 0, failed = 0, running = 0, caught = 0, totalMs = 0 } = counts.get(name) ?? {};
      const tasks = { total: done + failed + running, done, failed, running, caught };
      return { name, kind, inside: inside(name), tasks, durationMs: totalMs };
    }),
    edges: nodes.flatMap(({ name, after }) => after.map((from) => [from, name] as const)),
  };
}

/** The foreaches around each step, outermost first; it is itself in the one that it opens, and a join is out of the one that it ends. */
function foreaches(nodes: readonly Node[]): (name: string) => readonly string[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const known = new Map<string, readonly string[]>();
  const of = (name: string): readonly string[] => {
    const found = known.get(name);
    if (found) return found;
    known.set(name, []);
    const node = byName.get(name);
    const [parent] = node?.after ?? [];
    const around = parent === undefined ? [] : of(parent);
    const own =
      node?.kind === 'foreach' ? [...around, name] : node?.kind === 'join' ? around.slice(0, -1) : around;
    known.set(name, own);
    return own;
  };
  return of;
}
