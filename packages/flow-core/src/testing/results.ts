/** What the matchers look at: a spin, a run, or a run as the client shows it. */
import type { Artifact, Run } from '../client';
import type { Untyped } from '../client/types';
import { fromRecord } from '../engine/task/error-record';
import { ARTIFACTS, type Ran, type Spun } from './types';

export type Result = Spun | Ran;

export function isSpun(result: Result): result is Spun {
  return 'artifacts' in result;
}

/** The artifacts at the end of a run, which can be read at once. */
function endOf(result: Ran): ReadonlyMap<string, Artifact> {
  return (result as { [ARTIFACTS]?: ReadonlyMap<string, Artifact> })[ARTIFACTS] ?? new Map();
}

export function artifactNames(result: Result): string[] {
  return isSpun(result) ? Object.keys(result.artifacts) : [...endOf(result).keys()];
}

export function artifactOf(result: Result, name: string): unknown {
  return isSpun(result) ? result.artifacts[name] : endOf(result).get(name)?.value();
}

/** A run as the client shows it: `ran.run`, or one of `client('movies').runs()`. */
export function isRecorded(received: unknown): received is Run<Untyped> {
  return isObject(received) && 'addTags' in received && 'steps' in received && 'pathspec' in received;
}

export async function recordedArtifacts(run: Run<Untyped>): Promise<Ran> {
  const { pathspec, status, durationMs = 0, error } = run;
  const artifacts = new Map<string, Artifact>();
  if (status === 'done')
    for await (const artifact of await run.step('end').task()) artifacts.set(artifact.name, artifact);
  return {
    ...{ pathspec, durationMs, run, error: error && fromRecord(error), [ARTIFACTS]: artifacts },
    ...{ status: status === 'done' ? 'done' : 'failed', tasks: run.counts as Ran['tasks'] },
  } as Ran;
}

export function nameOf(result: Result): string {
  if (!isSpun(result)) return `the run ${result.pathspec}`;
  const place = result.index?.length > 0 ? ` (index ${result.index.join(',')})` : '';
  return `the spin of "${result.step}"${place}`;
}

export function capital(result: Result): string {
  return nameOf(result).replace(/^t/, 'T');
}

export function returned(result: Result): string {
  const names = artifactNames(result);
  const verb = isSpun(result) ? 'returned' : 'has';
  return names.length > 0 ? `; it ${verb}: ${names.join(', ')}` : `; it ${verb} nothing`;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
