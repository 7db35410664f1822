/**
 * Builds the row of a run (`RunRow` of `store/rows/rows.ts`): here alone,
 * for a run, for a persisted spin and for what steps have handed over.
 */
import { hostname } from 'node:os';
import { type Graph, parents } from '../../definition/graph';
import { packageVersion } from '../../environment/package-root';
import { processSpace } from '../../environment/temporary';
import type { ErrorRecord, RunRow, Status } from '../../store/rows/rows';

export interface RunStart
  extends Pick<RunRow, 'run' | 'user' | 'namespace' | 'paramInputs'>,
    Partial<Pick<RunRow, 'with' | 'code' | 'file' | 'variables' | 'origin' | 'reuse' | 'spunFrom'>> {
  graph: Graph;
  tags?: readonly string[];
}

/** A run that begins now, in this process. */
export function startedRun({
  graph,
  tags = [],
  run,
  user,
  namespace,
  paramInputs,
  ...known
}: RunStart): RunRow {
  return {
    flow: graph.flow,
    run,
    status: 'running',
    user,
    namespace,
    tags: [...new Set(tags)],
    systemTags: [`user:${user}`],
    startedAt: Date.now(),
    paramInputs,
    ...(graph.secrets ? { secrets: graph.secrets } : {}),
    pid: process.pid,
    host: hostname(),
    processSpace: processSpace(),
    node: process.version,
    version: packageVersion(),
    steps: [...graph.steps.values()].map((node) => ({
      name: node.name,
      kind: node.kind,
      after: parents(node),
    })),
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}

/** The row of a run that has ended. */
export function endedRun(
  row: RunRow,
  status: Status,
  durationMs: number,
  {
    tasks,
    git,
    error,
    contents,
    summaries,
  }: Pick<RunRow, 'tasks' | 'git' | 'contents' | 'summaries'> & {
    error?: ErrorRecord | undefined;
  },
): RunRow {
  return {
    ...row,
    status,
    durationMs: Math.round(durationMs),
    ...(tasks ? { tasks } : {}),
    ...(git ? { git } : {}),
    ...(error ? { error } : {}),
    ...(contents ? { contents } : {}),
    ...(summaries ? { summaries } : {}),
  };
}
