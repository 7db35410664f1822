/** Steps and what leads from one to the next. */
import type { GraphBlock } from '../document';
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { firstOf, listOf } from '../numbers';
import { textOf } from '../text';

/** Nodes that are drawn: the first ones. */
const NODES = 300;

export interface GraphNode {
  name: string;
  /** What it is, such as `foreach`. */
  kind?: string;
  /** The names of those that lead to it. */
  after?: readonly string[];
}

export interface GraphOptions {
  title?: string;
  /** The name of the one that is marked. */
  marked?: string;
}

export interface GraphPart extends GraphOptions, Updatable {
  nodes: readonly GraphNode[];
}

/** A drawing of a graph without circles, from left to right. */
export function graph(nodes: readonly GraphNode[], options: GraphOptions = {}): GraphPart {
  return handle({ ...taken(options), nodes } as Omit<GraphPart, 'update'>, (props): GraphBlock => {
    const shown = firstOf(props.nodes, 'nodes', NODES) as GraphNode[];
    const place = new Map(shown.map(({ name }, i) => [name, i]));
    return {
      type: 'graph',
      title: textOf(props.title),
      nodes: shown.map(({ name, kind }) => ({
        name: textOf(name) ?? '',
        ...(kind === undefined ? {} : { kind: textOf(kind) }),
        ...(name === props.marked ? { marked: true } : {}),
      })),
      edges: shown.flatMap(({ after = [] }, to) =>
        (firstOf(after, 'after', NODES) as string[]).flatMap((name): [number, number][] => {
          const from = place.get(name);
          return from === undefined || from === to ? [] : [[from, to]];
        }),
      ),
      of: listOf(props.nodes, 'nodes').length,
    };
  });
}
