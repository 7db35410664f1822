/** Renders one task: its outcome, its inputs and its artifacts. */
import { recordedOutputs } from '../../engine/record/read';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { taskJson } from '../json/task';
import { renderThrown } from './error';
import type { Output } from './output';
import { taskStatusText } from './status';
import { duration, size, table } from './table';

export function parentsText({ parents, base }: TaskRow): string {
  if (base !== undefined) return `none, on ${base}`;
  return parents.length > 3 ? `${parents.slice(0, 2).join(' ')} … ${parents.at(-1)}` : parents.join(' ');
}

export async function showTask(
  store: Store,
  run: RunRow,
  row: TaskRow,
  output: Output,
  cwd: string,
): Promise<void> {
  const { colors } = output;
  const outputs = await recordedOutputs(store, run.flow, run.run, row);
  const pathspec = `${run.flow}/${run.run}/${row.step}/${row.task}`;
  const about = [
    row.kind,
    row.durationMs === undefined ? '' : `took ${duration(row.durationMs)}`,
    row.parents.length > 0 ? `after ${parentsText(row)}` : '',
    row.base === undefined ? '' : `no inputs, on what ${row.base} left`,
    ...row.stack.map(({ step, index, count }) => `index ${index} of ${count} splits of ${step}`),
    row.iteration === undefined ? '' : `iteration ${row.iteration}`,
    row.case === undefined ? '' : `chose ${row.case}`,
    row.attempts ? `attempt ${row.attempt + 1}` : '',
    row.spunFrom === undefined ? '' : `spin of ${row.spunFrom}`,
    row.origin === undefined ? '' : `taken over from ${run.flow}/${row.origin}`,
  ].filter(Boolean);
  output.write(
    `${colors.bold(pathspec)} ${taskStatusText(row, output, run)}  ${colors.dim(about.join(', '))}\n`,
  );
  const own = [...outputs].map(([name, meta]) => [
    name,
    meta.type,
    size(meta.size),
    row.sources?.[name] !== undefined
      ? `from ${row.sources[name]}`
      : meta.at === `${row.step}/${row.task}`
        ? ''
        : `from ${meta.at}`,
  ]);
  const merged = row.kind === 'join' || row.kind === 'gather';
  const inherited = merged
    ? []
    : Object.entries({ ...row.inherited, ...row.sources }).map(([name, at]) => [
        name,
        '',
        '',
        colors.dim(`from ${at}`),
      ]);
  if (own.length + inherited.length > 0) {
    output.write(
      `\n${table([{ head: 'Artifact' }, { head: 'Type' }, { head: 'Size', align: 'right' }, { head: '' }], [...own, ...inherited], output.columns, colors.dim)}`,
    );
  }
  if (row.error) output.write(`\n${renderThrown(row.error, output, cwd)}`);
  output.result({
    ...taskJson(run, row),
    artifacts: Object.fromEntries(
      [...outputs].map(([name, { type, size: bytes, digest }]) => [name, { type, size: bytes, digest }]),
    ),
  });
}
