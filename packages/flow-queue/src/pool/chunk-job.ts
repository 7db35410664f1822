/** What is sent of a chunk: its tasks with all that they may read. */
import { type Job, type PoolHost, packageVersion, type Visible } from '@nx-flow/core/queue';
import { pack } from '../wire/bytes';
import { type Chunk, type ChunkJob, type SentTask, WIRE } from '../wire/chunk';
import type { Freight } from '../wire/freight';
import type { Sent } from './sent';

export interface ChunkOptions {
  freight: Freight;
  /** The digest of the step's code. */
  code: string;
  token: string;
  refusedBy: readonly string[];
  /** The flow's file, from the workspace. */
  file: string;
  with: readonly string[];
  without: readonly string[];
  /** The secrets of the flow, by their names. */
  secrets: readonly string[];
}

/** @throws FlowError what reading a view, and sending its values, throw */
export async function chunkJob(
  { jobs, step }: Sent,
  host: Pick<PoolHost, 'run' | 'view'>,
  { freight, token, refusedBy, ...options }: ChunkOptions,
): Promise<ChunkJob> {
  const { run } = host;
  const labels = [...new Set(jobs.flatMap((job) => job.views))];
  const views: Chunk['views'] = await Promise.all(
    labels.map(
      async (label) => [label, [...(await host.view(label)).entries]] as [string, [string, Visible][]],
    ),
  );
  const params = [run.params, ...jobs.map(({ spec }) => spec.params ?? [])]
    .flat()
    .map(([, record]) => record);
  const values = views.flatMap(([, entries]) => entries.map(([, visible]) => visible));
  const carried = await freight.send([...params, ...values]);
  const [first] = jobs;
  const needs = first?.secrets ?? [];
  const chunk: Chunk = { run, tasks: jobs.map(sentTask), views, carried, needs, ...options };
  if (freight.store !== undefined) chunk.store = freight.store;
  if (first?.wants) chunk.packages = first.wants;
  return {
    ...{ v: WIRE, engine: packageVersion(), node: process.version },
    ...{ flow: run.flow, run: run.run, step, count: jobs.length, token },
    ...(first?.resources ? { resources: first.resources } : {}),
    ...(refusedBy.length > 0 ? { refusedBy: [...refusedBy] } : {}),
    body: pack(chunk),
  };
}

/** Files of a spin are written where it was asked for. */
function sentTask({ spec: { outputs, ...spec }, isolate, concurrency, timeoutMs }: Job): SentTask {
  return { spec, isolate, concurrency, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}
