/** Renders the differences of two runs or tasks. */

import { types } from 'node:util';
import { thousands } from '../../definition/thousands';
import { type ArtifactDiff, endOf, type StepDiff } from '../../engine/explain/diff';
import type { Change } from '../../engine/task/change';
import { previewOf } from '../../engine/task/preview';
import type { Cas } from '../../store/cas/cas';
import type { ArtifactRecord, RunRow, TaskRow } from '../../store/rows/rows';
import { decodeArtifact, isBuiltIn } from '../../store/values/artifacts';
import { differencesIn, differenceText } from './difference';
import type { Output } from './output';
import { duration, plural, size, table } from './table';
import { cut } from './text';

export const renderDiff = { runs, tasks };

export interface Pair<T> {
  before: T;
  after: T;
}

/** Widest preview of one value, in columns. */
const WIDTH = 40;

function runs(
  pair: Pair<RunRow>,
  params: readonly ArtifactDiff[],
  steps: readonly StepDiff[],
  cas: Cas,
  output: Output,
): string {
  const { colors, columns } = output;
  const { before, after } = pair;
  const facts = factsOf(pair)
    .filter(({ before: old, after: now }) => old !== now)
    .map((fact) => [fact.name, fact.before, fact.after, '']);
  const times = [before.durationMs, after.durationMs].map((ms) => (ms === undefined ? '' : duration(ms)));
  const rows = [
    ['time', ...times, ratioText(before.durationMs, after.durationMs)],
    ...facts,
    ...params.filter(isDifferent).map(({ name, before: old, after: now }) => {
      return [`params.${name}`, valueText(old, cas), valueText(now, cas), ''];
    }),
  ];
  const parts = [
    table(
      [{ head: '' }, { head: pathspecOf(before) }, { head: pathspecOf(after), shrink: true }, { head: '' }],
      rows,
      columns,
      colors.dim,
    ),
    stepTable(steps, output),
    changeTable(steps, cas, output),
    ...steps.flatMap((step) => differencesIn(step, placeText, output)),
  ].filter((part) => part !== '');
  const nothing = rows.length === 1 && steps.every(({ change }) => change === 'same');
  return `${parts.join('\n')}${nothing ? `\n${colors.green('the same')} but for the time\n` : ''}`;
}

function factsOf({ before, after }: Pair<RunRow>): (Pair<string> & { name: string })[] {
  const facts: [string, (run: RunRow) => string][] = [
    ['status', ({ status }) => status],
    ['tags', ({ tags }) => [...tags].sort().join(' ')],
    ['user', ({ user }) => user],
    ['code', ({ code }) => code?.slice(0, 8) ?? ''],
    ['git', gitText],
    ['node', ({ node }) => node],
    ['nx-flow', ({ version }) => version],
    ['with', ({ with: options }) => options?.join(' ') ?? ''],
    ['resumed from', ({ flow, origin }) => (origin === undefined ? '' : `${flow}/${origin}`)],
  ];
  return facts.map(([name, text]) => ({ name, before: text(before), after: text(after) }));
}

function gitText({ git }: RunRow): string {
  if (!git) return '';
  return [git.commit.slice(0, 8), git.branch, git.dirty ? 'with changes' : undefined]
    .filter(Boolean)
    .join(' ');
}

function stepTable(steps: readonly StepDiff[], { colors, columns }: Output): string {
  const rows = steps.map((diff) => {
    const { step, tasks: t, durationMs, taken } = diff;
    const both = t.same + t.changed;
    const executed = both - taken > 0;
    return [
      diff.change === 'same' ? step : paint(diff.change, colors)(step),
      both > 0 ? thousands(both) : '',
      both > 0 ? thousands(t.same) : '',
      executed ? duration(durationMs.before) : '',
      executed ? duration(durationMs.after) : '',
      executed ? ratioText(durationMs.before, durationMs.after) : '',
      stepText(diff),
    ];
  });
  return table(
    [
      { head: 'Step' },
      { head: 'Tasks', align: 'right' },
      { head: 'Same', align: 'right' },
      { head: 'Before', align: 'right' },
      { head: 'After', align: 'right' },
      { head: '', align: 'right' },
      { head: 'Differs', shrink: true },
    ],
    rows,
    columns,
    colors.dim,
  );
}

/** `done → failed in 1, loss in 20, 3 tasks more` */
function stepText({ change, tasks: t, artifacts, ends, taken }: StepDiff): string {
  const both = t.same + t.changed;
  const of = (count: number) => (both > 1 ? ` in ${thousands(count)}` : '');
  const words = ends.map(({ before, after, count }) =>
    before === after ? `another error${of(count)}` : `${before} → ${after}${of(count)}`,
  );
  for (const [name, counts] of artifacts) {
    for (const kind of ['changed', 'new', 'gone'] as const) {
      if (counts[kind] === 0) continue;
      words.push(`${name}${kind === 'changed' ? '' : ` ${kind}`}${of(counts[kind])}`);
    }
  }
  if (change === 'new') words.push('only after');
  else if (change === 'gone') words.push('only before');
  else {
    if (t.new > 0) words.push(`${plural(t.new, 'task')} more`);
    if (t.gone > 0) words.push(`${plural(t.gone, 'task')} less`);
  }
  if (taken > 0) words.push(taken === both ? 'taken over' : `${thousands(taken)} taken over`);
  return words.join(', ');
}

function changeTable(steps: readonly StepDiff[], cas: Cas, { colors, columns }: Output): string {
  const rows: string[][] = [];
  for (const { step, artifacts } of steps) {
    for (const [name, { examples, changed, new: added, gone }] of artifacts) {
      for (const { after, diff } of examples) {
        const at = placeText(after);
        rows.push([`${step}.${name}`, at, changeText(diff, cas)]);
      }
      const more = changed + added + gone - examples.length;
      if (more > 0) rows.push([`${step}.${name}`, '', colors.dim(`… and in ${plural(more, 'more task')}`)]);
    }
  }
  if (rows.length === 0) return '';
  const head = [{ head: 'Artifact' }, { head: 'Split' }, { head: 'Value', shrink: true }];
  return table(head, rows, columns, colors.dim);
}

function tasks(
  run: Pair<RunRow>,
  { before, after }: Pair<TaskRow>,
  artifacts: readonly ArtifactDiff[],
  cas: Cas,
  output: Output,
): string {
  const { colors, columns } = output;
  const ms = (row: TaskRow) => (row.durationMs === undefined ? '' : duration(row.durationMs));
  const facts = [['time', ms(before), ms(after), ratioText(before.durationMs, after.durationMs)]];
  if (endOf(before) !== endOf(after)) facts.push(['status', endOf(before), endOf(after), '']);
  if (before.error?.message !== after.error?.message)
    facts.push(['error', before.error?.message ?? '', after.error?.message ?? '', '']);
  const rows = artifacts.map((diff) => {
    const { type, size: bytes } = (diff.after ?? diff.before) as ArtifactRecord;
    return [diff.name, type, size(bytes), paint(diff.change, colors)(diff.change), changeText(diff, cas)];
  });
  const head = table(
    [
      { head: '' },
      { head: pathspecOf(run.before, before) },
      { head: pathspecOf(run.after, after), shrink: true },
      { head: '' },
    ],
    facts,
    columns,
    colors.dim,
  );
  if (rows.length === 0) return head;
  const columnsOf = [
    { head: 'Artifact' },
    { head: 'Type' },
    { head: 'Size', align: 'right' as const },
    { head: 'Change' },
    { head: 'Value', shrink: true },
  ];
  const differences = artifacts.flatMap(({ name, difference }) =>
    difference ? [`\n${differenceText(name, difference, output)}`] : [],
  );
  return `${head}\n${table(columnsOf, rows, columns, colors.dim)}${differences.join('')}`;
}

function paint(change: Change, colors: Output['colors']): (text: string) => string {
  return { same: colors.dim, changed: colors.yellow, new: colors.cyan, gone: colors.red }[change];
}

/** `3`, `2,0`, `iteration 4` */
function placeText({ stack, iteration }: TaskRow): string {
  const index = stack.map((frame) => frame.index).join(',');
  return [index, iteration === undefined ? '' : `iteration ${iteration}`].filter(Boolean).join(' ');
}

function changeText({ change, before, after }: ArtifactDiff, cas: Cas): string {
  if (change === 'same') return '';
  if (change === 'new') return `new: ${valueText(after, cas)}`;
  if (change === 'gone') return `gone: ${valueText(before, cas)}`;
  const [old, now] = [valueText(before, cas), valueText(after, cas)];
  return `${old} → ${old === now ? 'another' : now}`;
}

/** A small value is shown, a large one only by type and size. */
function valueText(record: ArtifactRecord | undefined, cas: Cas): string {
  if (!record) return '';
  return shown(record, cas) ?? `${record.type}, ${size(record.size)}`;
}

export function shown(record: ArtifactRecord, cas: Cas): string | undefined {
  // The flow's own codecs are not loaded here.
  if (record.bytes === undefined || !isBuiltIn(record)) return undefined;
  const value = decodeArtifact(record, cas);
  return types.isNativeError(value) ? `${value.name}: ${value.message}` : cut(previewOf(value, WIDTH), WIDTH);
}

/** `1.2 ×`. Empty when either time is too short. */
function ratioText(before: number | undefined, after: number | undefined): string {
  const ratio = ratioOf(before, after);
  return ratio === null ? '' : `${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`;
}

export function ratioOf(before: number | undefined, after: number | undefined): number | null {
  return before === undefined || after === undefined || before < 1 || after < 1
    ? null
    : Math.round((after / before) * 1000) / 1000;
}

export const isDifferent = ({ change }: ArtifactDiff) => change !== 'same';

export function pathspecOf({ flow, run }: RunRow, row?: TaskRow): string {
  return row ? `${flow}/${run}/${row.step}/${row.task}` : `${flow}/${run}`;
}
