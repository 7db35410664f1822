/** One run, with its graph. */
import type { Run } from '@nx-flow/core/ui';
import type { RunReply } from '../../api/routes';
import type { Commands } from './commands';
import type { RunCounts } from './counts';
import { graphOfRun } from './graph';
import { runEntry } from './run-entry';

export async function runReply(
  run: Run<unknown>,
  { commands, counts }: { commands: Commands; counts: RunCounts },
): Promise<RunReply> {
  const graph = graphOfRun(run, await counts.of(run));
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
