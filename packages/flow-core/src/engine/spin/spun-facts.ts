/** What the default card of a spun task tells. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../definition/graph';
import type { Cas } from '../../store/cas/cas';
import { Artifacts } from '../../store/values/artifacts';
import { LOG_END, type TaskFacts } from '../cards/task-facts';
import { originOf, type Resolved } from '../inputs/resolved';
import { viewsOf } from '../task/place';
import type { RunContext, TaskOutcome } from '../task/task';
import type { View, Visible } from '../task/view';

export interface SpunTask {
  graph: Graph;
  resolved: Resolved;
  outcome: TaskOutcome;
  params: RunContext['params'];
  view(label: string): View | undefined;
  /** What its origin returned. */
  before: ReadonlyMap<string, Visible>;
  cas: Cas;
  /** Where its outputs are being written. */
  folder: string | undefined;
}

export function spunFacts({
  graph,
  resolved,
  outcome,
  params,
  view,
  before,
  cas,
  folder,
}: SpunTask): TaskFacts {
  const { node, stack, iteration } = resolved;
  const { status, startedAt, durationMs } = outcome;
  const place = [
    ...(stack.length > 0 ? [`split ${stack.map(({ index }) => index).join(',')}`] : []),
    ...(iteration === undefined ? [] : [`iteration ${iteration}`]),
  ];
  const origin = originOf(graph, resolved);
  return {
    ...{ graph, step: node.name, status, startedAt, durationMs, attempt: 0, params },
    name: ['spin of', `${graph.flow}/${node.name}`, ...place].join(' '),
    inputs: viewsOf(resolved).flatMap((label) => view(label) ?? []),
    outputs: outcome.status === 'done' ? [...outcome.result.stored, ...outcome.result.references] : [],
    ...(outcome.status === 'failed' ? { error: outcome.failure.error } : {}),
    ...(resolved.origin && origin !== undefined ? { before: { name: origin, outputs: before } } : {}),
    log: folder === undefined ? '' : endOf(join(folder, 'log.txt')),
    decode: new Artifacts(cas, graph.codecs).decode,
  };
}

/** Of what was printed; empty where nothing was. */
function endOf(file: string): string {
  try {
    const fd = openSync(file, 'r');
    try {
      const { size } = fstatSync(fd);
      const bytes = Buffer.alloc(Math.min(size, LOG_END));
      readSync(fd, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString('utf8');
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}
