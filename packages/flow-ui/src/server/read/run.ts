/** One run, with its graph. */
import type { Run } from '@nx-flow/core/ui';
import type { RunReply } from '../../api/routes';
import type { StartedTasks } from '../live/started';
import type { Commands } from './commands';
import type { RunCounts } from './counts';
import { graphOfRun } from './graph';
import { runEntry } from './run-entry';

export async function runReply(
  run: Run<unknown>,
  { commands, counts, started }: { commands: Commands; counts: RunCounts; started: StartedTasks },
): Promise<RunReply> {
  const graph = graphOfRun(run, await counts.of(run), startedIn(run, started));
  const current = graph.nodes.filter(({ tasks }) => tasks.running > 0).map(({ name }) => name);
  const { error, originPathspec, git, environment } = run;
  return {
    ...runEntry(run),
    ...(run.status === 'running' ? { current } : {}),
    graph,
    ...(error ? { failure: error } : {}),
    ...(originPathspec === undefined ? {} : { origin: originPathspec }),
    ...(git ? { git } : {}),
    environment,
    commands: commands.ofRun(run),
  };
}

/** How many tasks of each step have begun. */
function startedIn(run: Run<unknown>, started: StartedTasks): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { task } of started.of(run).values()) counts.set(task.step, (counts.get(task.step) ?? 0) + 1);
  return counts;
}
