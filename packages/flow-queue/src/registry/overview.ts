/** What `nx-flow queue` tells: who works, for whom, and how much waits. */
import type { Server } from '../connection/server';
import type { ChunkJob } from '../wire/chunk';
import { DEFAULT_QUEUE, tasksName } from '../wire/names';
import { type AgentEntry, Registry, type RunEntry } from './registry';

/** Numbers of tasks. */
export interface TaskCounts {
  waiting: number;
  active: number;
}

export interface QueueOverview extends TaskCounts {
  queue: string;
  workers: number;
  slots: number;
}

export interface RunOverview extends RunEntry, TaskCounts {
  /** The queues in which its tasks are. */
  queues: string[];
}

export interface Overview {
  /** Without the password. */
  url: string;
  workers: AgentEntry[];
  queues: QueueOverview[];
  /** Those that go on. */
  runs: RunOverview[];
  /** Tasks of runs that have ended without a word: workers drop them. */
  abandoned: TaskCounts;
}

/** @param known queues to tell of, beside those that workers serve */
export async function overviewOf(
  server: Server,
  known: readonly string[] = [DEFAULT_QUEUE],
): Promise<Overview> {
  const { agents, runs } = await new Registry(server).read();
  const names = [...new Set([...known, ...agents.flatMap(({ queues }) => queues)])].sort();
  const all = new Map(
    runs.map((run): [string, RunOverview] => [run.token, { ...run, waiting: 0, active: 0, queues: [] }]),
  );
  const abandoned: TaskCounts = { waiting: 0, active: 0 };
  const queues: QueueOverview[] = [];
  for (const queue of names) {
    const serving = agents.filter((agent) => agent.queues.includes(queue));
    const slots = serving.reduce((sum, agent) => sum + agent.slots, 0);
    const counts: QueueOverview = { queue, waiting: 0, active: 0, workers: serving.length, slots };
    for (const which of ['waiting', 'active'] as const)
      for (const { token, count } of await server.jobs<ChunkJob>(tasksName(queue), which)) {
        const run = all.get(token);
        counts[which] += count;
        (run ?? abandoned)[which] += count;
        if (run && !run.queues.includes(queue)) run.queues.push(queue);
      }
    queues.push(counts);
  }
  return { url: server.shown, workers: agents, queues, runs: [...all.values()], abandoned };
}
