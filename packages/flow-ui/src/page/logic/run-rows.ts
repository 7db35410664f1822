/** The rows of the list of runs while pages come, and while runs go on. */
import type { Happened } from '../../api/messages';
import type { RunEntry, RunsReply } from '../../api/routes';

/** Puts a new first page in the place of the one before; rows of later pages stay. */
export function withFirstPage(rows: readonly RunEntry[], { runs, cursor }: RunsReply): RunEntry[] {
  if (cursor === undefined) return [...runs];
  const fresh = new Set(runs.map(({ pathspec }) => pathspec));
  const last = runs.at(-1)?.pathspec;
  const before = rows.findIndex(({ pathspec }) => pathspec === last);
  // What came in at the top has pushed others out of the first page: they are right behind its last row.
  const rest = rows.slice(before < 0 ? runs.length : before + 1);
  return [...runs, ...rest.filter(({ pathspec }) => !fresh.has(pathspec))];
}

export function withNextPage(rows: readonly RunEntry[], { runs }: RunsReply): RunEntry[] {
  const known = new Set(rows.map(({ pathspec }) => pathspec));
  return [...rows, ...runs.filter(({ pathspec }) => !known.has(pathspec))];
}

/** A run has ended: also one whose row is far below the first page. The same rows where none is meant. */
export function withEnd(rows: readonly RunEntry[], { event }: Happened): readonly RunEntry[] {
  if (event.type !== 'run-done' || event.run === undefined) return rows;
  const { flow, run, status, durationMs, tasks, error } = event;
  const at = rows.findIndex((row) => row.flow === flow && row.run === run);
  const before = rows[at];
  if (!before) return rows;
  const { current, ...row } = before;
  const line = error && `${error.name}: ${error.message}`.split('\n', 1)[0];
  return rows.with(at, {
    ...row,
    status,
    durationMs,
    counts: tasks,
    ...(line === undefined ? {} : { error: line }),
  });
}
