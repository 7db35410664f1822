/** Renders a sweep: what its tasks print, then one table, with a row for each origin. */
import { join, relative } from 'node:path';
import type { Emit, SpinDone, SpunArtifact, SweepDone, SweepStarted } from '../../engine/task/flow-event';
import { spinsFolder } from '../../environment/output-folders';
import type { Output } from './output';
import { placeText, Several } from './several';
import { changeText, warnings } from './spin';
import { changesText, failures, timesText } from './spin-all';
import { type Column, duration, plural, table } from './table';
import { cut, textWidth } from './text';

/** Columns of a value. */
const VALUE = 24;
/** With more rows than this, neighbours of one run with equal changes share a row. */
const FOLD_ABOVE = 24;
/** Columns that the reasons have at least. */
const NOTE = 24;

/** Shows a sweep, from its first event to its last. */
export function sweepRenderer(output: Output, workspace: string, cwd: string): Emit {
  const { colors } = output;
  const several = new Several(output, ({ from, index, iteration }) =>
    [`run ${from}`, placeText({ index, ...(iteration === undefined ? {} : { iteration }) })].join(' ').trim(),
  );

  const started = (event: SweepStarted) => {
    const { flow, step, runs, count, workers } = event;
    const tasks = count === runs.length ? '' : `${plural(count, 'task')}, `;
    const what = `on ${plural(runs.length, 'run')}, ${tasks}up to ${plural(Math.max(1, workers), 'worker')}`;
    several.print(`${colors.bold(`spin ${flow}/${step}`)}${colors.dim(`  ${what}`)}\n`);
    several.print(warnings({ ...event, passedOver: [] }, output));
    several.begin(step, count);
  };

  const finished = (event: SweepDone) => {
    several.close();
    const { spins, flow, step } = event;
    output.write(`\n${sweepTable(event, output)}`);
    const hints = new Set(spins.flatMap((spin) => (spin.error ? [] : spin.hints)));
    const said = [...hints].map((hint) => `${colors.yellow('!')} ${hint}\n`);
    if (said.length > 0) output.write(`\n${said.join('')}`);
    for (const text of failures(spins, output, workspace, whichText)) output.write(`\n${text}`);
    const folder = join(spinsFolder(workspace, flow), step, 'from-<run>');
    const where = spins.length > 0 ? `, outputs in ${relative(cwd, folder)}` : '';
    output.write(`\n${lastLine(event, output)}${where}\n`);
  };

  return (event) => {
    if (event.type === 'sweep-started') return started(event);
    if (event.type === 'sweep-done') return finished(event);
    return several.hear(event);
  };
}

interface Row {
  run: number;
  index: string;
  item: string;
  iteration: string;
  status: string;
  time: string;
  note: string;
  artifact(name: string): string;
  others(names: ReadonlySet<string>): string;
}

function sweepTable(done: SweepDone, output: Output): string {
  const rows = rowsOf(done, output);
  const has = (key: 'index' | 'item' | 'iteration' | 'note') => rows.some((row) => row[key] !== '');
  const origin = new Map(done.origins.map(({ run, params }) => [run, params]));
  const params = [...new Set(done.origins.flatMap((one) => Object.keys(one.params)))];
  type Filled = Column & { of(row: Row): string };
  const before: Filled[] = [
    { head: 'Run', align: 'right', of: ({ run }) => String(run) },
    ...params.map((name) => ({
      head: name,
      of: ({ run }: Row) => cut(origin.get(run)?.[name] ?? '', VALUE),
    })),
    ...(has('index') ? [{ head: 'Split', align: 'right' as const, of: (row: Row) => row.index }] : []),
    ...(has('item') ? [{ head: 'Item', of: (row: Row) => cut(row.item, VALUE) }] : []),
    ...(has('iteration')
      ? [{ head: 'Iteration', align: 'right' as const, of: (row: Row) => row.iteration }]
      : []),
    { head: 'Status', of: ({ status }) => status },
    { head: 'Time', align: 'right', of: ({ time }) => time },
  ];
  const after: Filled[] = has('note') ? [{ head: 'Note', wrap: true, of: ({ note }) => note }] : [];
  const widthOf = ({ head, of }: Filled) =>
    2 + rows.reduce((widest, row) => Math.max(widest, textWidth(of(row))), textWidth(head));
  let left = output.columns - before.reduce((sum, column) => sum + widthOf(column), 0);
  if (after.length > 0) left -= Math.min(NOTE, ...after.map(widthOf));
  const names = namesOf(done.spins);
  const values: Filled[] = [];
  for (const name of names) {
    const column: Filled = { head: name, of: (row) => row.artifact(name) };
    left -= widthOf(column);
    if (left < 0 && values.length > 0) break;
    values.push(column);
  }
  const others = new Set(names.slice(values.length));
  const rest: Filled[] = others.size > 0 ? [{ head: 'Others', of: (row) => row.others(others) }] : [];
  const columns = [...before, ...values, ...rest, ...after];
  const cells = rows.map((row) => columns.map(({ of }) => of(row)));
  return table(columns, cells, output.columns, output.colors.dim);
}

/** In their order; what the step only passes on comes last. */
function namesOf(spins: readonly SpinDone[]): string[] {
  const all = spins.flatMap(({ artifacts }) => artifacts);
  const made = all.filter(({ preview }) => !preview.startsWith('from '));
  return [...new Set([...made, ...all].map(({ name }) => name))];
}

function rowsOf({ origins, spins, without }: SweepDone, output: Output): Row[] {
  return origins.flatMap(({ run }) => [
    ...folded(
      spins.filter((spin) => spin.run === run),
      spins.length,
    ).map((same) => spunRow(run, same, output)),
    ...reasons(without.filter((one) => one.run === run)).map((one) => lackingRow(run, one, output)),
  ]);
}

function spunRow(run: number, spins: readonly SpinDone[], output: Output): Row {
  const { colors } = output;
  const [first, last] = [spins[0] as SpinDone, spins.at(-1) as SpinDone];
  const range = (of: (spin: SpinDone) => string) =>
    of(first) === of(last) ? of(first) : `${of(first)}–${of(last)}`;
  const cellOf = ({ preview, change }: SpunArtifact) => {
    const value = spins.length > 1 ? '' : cut(preview, VALUE);
    if (value === '') return changeText(change, output);
    return change === 'same' ? colors.dim(value) : `${value} ${changeText(change, output)}`;
  };
  return {
    run,
    index: range(({ index }) => index.join(',')),
    item: spins.length > 1 ? '' : (first.item ?? ''),
    iteration: range(({ iteration }) => String(iteration ?? '')),
    status: first.status === 'done' ? colors.green('done') : colors.red('failed'),
    time: timesText(spins.map(({ durationMs }) => durationMs)),
    note: first.error ? `${first.error.name}: ${first.error.message.split('\n')[0]}` : '',
    artifact: (name) => {
      const artifact = first.artifacts.find((one) => one.name === name);
      return artifact ? cellOf(artifact) : '';
    },
    others: (names) =>
      changesText({ ...first, artifacts: first.artifacts.filter(({ name }) => names.has(name)) }, output),
  };
}

interface Lacking {
  why: string;
  indexes: string[];
}

function lackingRow(run: number, { why, indexes }: Lacking, { colors }: Output): Row {
  const index = indexes.length > 1 ? `${indexes[0]} +${indexes.length - 1}` : (indexes[0] ?? '');
  const none = { item: '', iteration: '', time: '', artifact: () => '', others: () => '' };
  return { run, index, status: colors.yellow('not spun'), note: why, ...none };
}

/** The splits that lack inputs for the same reason. */
function reasons(without: SweepDone['without']): Lacking[] {
  const found = new Map<string, Lacking>();
  for (const { why, index } of without) {
    const known = found.get(why) ?? { why, indexes: [] };
    known.indexes.push(index.join(','));
    found.set(why, known);
  }
  return [...found.values()];
}

function folded(spins: readonly SpinDone[], all: number): SpinDone[][] {
  const groups: { same: string; spins: SpinDone[] }[] = [];
  for (const spin of spins) {
    const changes = spin.artifacts.map(({ name, change }) => `${name} ${change}`).join();
    const last = groups.at(-1);
    if (all > FOLD_ABOVE && spin.status === 'done' && last?.same === changes) last.spins.push(spin);
    else groups.push({ same: spin.status === 'done' ? changes : 'failed', spins: [spin] });
  }
  return groups.map((group) => group.spins);
}

/** `run 12 split 2, run 13 split 2, …` */
function whichText(same: readonly SpinDone[]): string {
  const names = same.slice(0, 6).map((spin) => `run ${spin.run} ${placeText(spin)}`.trim());
  return `${names.join(', ')}${same.length > names.length ? ', …' : ''}`;
}

function lastLine({ spins, without, durationMs }: SweepDone, { colors }: Output): string {
  const failed = spins.filter(({ status }) => status !== 'done').length;
  const lacking = without.length > 0 ? `, ${without.length} not spun` : '';
  if (spins.length === 0) return `${colors.red('nothing to spin')}${lacking}`;
  const word =
    failed > 0
      ? `${colors.red('failed')} ${failed} of ${plural(spins.length, 'task')}`
      : `${colors.green('done')} ${plural(spins.length, 'task')}`;
  return `${word} in ${duration(durationMs)}${lacking}`;
}
