/** A job: one task as a pool takes it, with what its step says of the worker that may execute it. */
import type { StepNode } from '../../definition/graph';
import { viewsOf } from '../task/place';
import { timeoutOf } from '../task/policies';
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
  /** Labels of all views that the task may read. */
  views: readonly string[];
}

/** The job of one task. @param packages those of its step, where it has any */
export function jobOf({ options }: StepNode, spec: TaskSpec, packages: Installed | undefined): Job {
  const job: Job = { spec, isolate: options.isolate === true, views: viewsOf(spec) };
  const timeoutMs = timeoutOf(options);
  if (packages) job.packages = packages;
  if (timeoutMs !== undefined) job.timeoutMs = timeoutMs;
  return job;
}

/** Jobs of one kind can share a worker: the kind is the folder of the packages, or empty. */
export function kindOf({ packages }: Job): string {
  return packages?.folder ?? '';
}
