/** The difference of two runs or tasks, for `diff --json`. */

import { type ArtifactDiff, endOf, type StepDiff } from '../../engine/explain/diff';
import type { Cas } from '../../store/cas/cas';
import type { ArtifactRecord, RunRow, TaskRow } from '../../store/rows/rows';
import { isDifferent, type Pair, pathspecOf, ratioOf, shown } from '../render/diff';
import type { DiffJson } from './shapes';

export const diffJson = { runs, tasks };

function timesJson(before: number | undefined, after: number | undefined): object {
  const rounded = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms * 1000) / 1000);
  return { before: rounded(before), after: rounded(after), ratio: ratioOf(before, after) };
}

function runs(
  { before, after }: Pair<RunRow>,
  params: readonly ArtifactDiff[],
  steps: readonly StepDiff[],
  cas: Cas,
): DiffJson {
  const differs = <T>(old: T, now: T) =>
    JSON.stringify(old) === JSON.stringify(now) ? undefined : { before: old ?? null, after: now ?? null };
  return {
    before: pathspecOf(before),
    after: pathspecOf(after),
    status: { before: before.status, after: after.status },
    durationMs: timesJson(before.durationMs, after.durationMs),
    params: artifactsJson(params.filter(isDifferent), cas),
    tags: {
      added: after.tags.filter((tag) => !before.tags.includes(tag)),
      removed: before.tags.filter((tag) => !after.tags.includes(tag)),
    },
    user: differs(before.user, after.user),
    code: differs(before.code, after.code),
    git: differs(before.git, after.git),
    steps: steps.map(({ step, change, tasks: t, taken, durationMs, artifacts, ends }) => ({
      step,
      change,
      tasks: { ...t, taken },
      durationMs: timesJson(durationMs.before, durationMs.after),
      ends,
      artifacts: Object.fromEntries(
        [...artifacts].map(([name, { examples, ...counts }]) => [
          name,
          {
            ...counts,
            examples: examples.map(({ before: old, after: now, diff }) => ({
              before: pathspecOf(before, old),
              after: pathspecOf(after, now),
              ...artifactJson(diff, cas),
            })),
          },
        ]),
      ),
    })),
  };
}

function tasks(
  run: Pair<RunRow>,
  { before, after }: Pair<TaskRow>,
  artifacts: readonly ArtifactDiff[],
  cas: Cas,
): DiffJson {
  return {
    before: pathspecOf(run.before, before),
    after: pathspecOf(run.after, after),
    status: { before: endOf(before), after: endOf(after) },
    durationMs: timesJson(before.durationMs, after.durationMs),
    artifacts: artifactsJson(artifacts, cas),
  };
}

function artifactsJson(diffs: readonly ArtifactDiff[], cas: Cas): object {
  return Object.fromEntries(diffs.map((diff) => [diff.name, artifactJson(diff, cas)]));
}

function artifactJson({ change, before, after, difference }: ArtifactDiff, cas: Cas): object {
  const side = (record: ArtifactRecord | undefined) =>
    record && {
      type: record.type,
      size: record.size,
      digest: record.digest,
      preview: shown(record, cas) ?? null,
    };
  return {
    change,
    old: side(before) ?? null,
    new: side(after) ?? null,
    ...(difference ? { difference } : {}),
  };
}
