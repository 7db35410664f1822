/** Renders why a run with `--reuse` executed what it did not take over. */
import { thousands } from '../../definition/thousands';
import type { NotReused } from '../../engine/explain/why/not-reused';
import type { RunRow } from '../../store/rows/rows';
import type { Output } from './output';
import { plural, table } from './table';

/** Of one step, so many differences of its code are named. */
const MOST = 3;

export function renderNotReused(
  { flow, run, tasks }: RunRow,
  found: readonly NotReused[],
  output: Output,
): string {
  const { bold, dim } = output.colors;
  const reused = tasks?.reused ?? 0;
  const all = reused + found.reduce((sum, one) => sum + one.tasks, 0);
  const head = `${bold(`why ${flow}/${run}`)}  ${dim(`${thousands(reused)} of ${plural(all, 'task')} reused`)}\n`;
  if (found.length === 0) return `${head}\nNothing was executed.\n`;
  const rows = found.map((one) => [one.first, String(one.tasks), whyText(one)]);
  const columns = [{ head: 'Executed' }, { head: 'Tasks', align: 'right' as const }, { head: 'Why' }];
  return `${head}\n${table(columns, rows, output.columns, dim)}`;
}

/** In one line. */
export function whyText({ to, what, code }: Pick<NotReused, 'to' | 'what' | 'code'>): string {
  if (what.length === 0) return 'no earlier run has finished a task of it that can be taken over';
  if (to === undefined) return what.join(', ');
  const differs = what.map((one) => (one === 'the code' && code?.length ? `the code (${named(code)})` : one));
  return `since ${to}: ${differs.join(', ')}`;
}

function named(code: NonNullable<NotReused['code']>): string {
  const texts = code.slice(0, MOST).map(({ text }) => text);
  return [...texts, ...(code.length > MOST ? [`${code.length - MOST} more`] : [])].join('; ');
}
