/** A run as a list shows it. */
import type { Run } from '@nx-flow/core/ui';
import type { RunEntry } from '../../api/routes';
import type { RunCounts } from './counts';
import { firstLine } from './text';

export function runEntry(run: Run<unknown>): RunEntry {
  const { error } = run;
  return {
    pathspec: run.pathspec,
    flow: run.flow,
    run: run.number,
    status: run.status,
    user: run.user,
    namespace: run.namespace,
    tags: [...run.tags],
    systemTags: [...run.systemTags],
    startedAt: run.startedAt.getTime(),
    ...(run.durationMs === undefined ? {} : { durationMs: run.durationMs }),
    params: run.paramInputs,
    ...(run.counts ? { counts: run.counts } : {}),
    ...(error ? { error: firstLine(`${error.name}: ${error.message}`) } : {}),
    ...(run.imported ? { imported: true } : {}),
  };
}

/** The steps that a run executes now. */
export async function currentSteps(run: Run<unknown>, counts: RunCounts): Promise<string[]> {
  return [...(await counts.of(run))].filter(([, { running }]) => running > 0).map(([name]) => name);
}
