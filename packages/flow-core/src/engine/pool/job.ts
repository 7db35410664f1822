/** A job: one task as a pool takes it, with what its step says of the worker that may execute it. */
import type { StepNode } from '../../definition/graph';
import { viewsOf } from '../task/place';
import { timeoutOf } from '../task/policies';
import type { RateGate, Start } from '../task/rate';
import type { TaskSpec } from '../task/task';
import type { Installed } from './packages';

export interface Job {
  spec: TaskSpec;
  /** A fresh worker for this task alone. */
  isolate: boolean;
  /** npm packages for this task alone. */
  packages?: Installed;
  /** Milliseconds that it may take. */
  timeoutMs?: number;
  /** How many tasks of its step a worker may be at together. With 1, it has the worker for itself. */
  concurrency: number;
  /** What the `rate` of its step counts. Where a task that has one is given, it begins at once. */
  start?: Start;
  /** Labels of all views that the task may read. */
  views: readonly string[];
  /** The queue whose workers execute it, where its step names one. */
  on?: string;
  /** What it occupies of its worker's resources. */
  resources?: Readonly<Record<string, number>>;
  /** The npm packages of its step, with their versions: workers elsewhere install them themselves. */
  wants?: Readonly<Record<string, string>>;
  /** The secrets that its worker must have in the environment. */
  secrets?: readonly string[];
}

/**
 * The job of one task, which is given now.
 * @param packages those of its step, where it has any
 * @param gate that of its step, where it has a `rate`
 * @param on the queue whose workers execute it
 */
export function jobOf(
  { options }: StepNode,
  spec: TaskSpec,
  packages: Installed | undefined,
  gate?: RateGate,
  on?: string,
): Job {
  const { isolate, concurrency = 1, resources, packages: wants, secrets, env = {} } = options;
  const job: Job = { spec, isolate: isolate === true, concurrency, views: viewsOf(spec) };
  if (on !== undefined) job.on = on;
  if (gate) job.start = gate.take();
  const timeoutMs = timeoutOf(options);
  if (packages) job.packages = packages;
  if (timeoutMs !== undefined) job.timeoutMs = timeoutMs;
  if (resources) job.resources = resources;
  if (packages && wants) job.wants = wants;
  if (secrets) job.secrets = secrets.filter((name) => env[name] === undefined);
  return job;
}

/** Jobs of one kind can share a worker: the kind is the folder of the packages, or empty; and the queue, where they have one. */
export const kindOf = ({ packages, on }: Pick<Job, 'packages' | 'on'>): string => {
  const folder = packages?.folder ?? '';
  return on === undefined ? folder : `${ON}${on}${ON}${folder}`;
};

/** No path has it. */
const ON = '\0';

/** Whether jobs of a kind are executed by the workers of a queue. */
export const isAway = (kind: string): boolean => kind.startsWith(ON);
