/** Renders a spin of a step and of those after it: what they print, then one table, with a row for each step. */
import { join, relative } from 'node:path';
import { changeSince, isSameTask } from '../../engine/task/change';
import type { Emit, SpinDone, ThroughDone, ThroughStarted } from '../../engine/task/flow-event';
import { spinsFolder } from '../../environment/output-folders';
import type { Output } from './output';
import { placeText, Several } from './several';
import { changeText, differencesText, warnings } from './spin';
import { CHANGES, changesText, failures } from './spin-all';
import { duration, plural, table } from './table';

/** In a watch. */
export interface ThroughWatched {
  /** The spin before: what is another than in that gets a column. */
  before?: { n: number; spins: readonly SpinDone[] };
  /** The end of the last line, in the place of where the outputs are. */
  end?: string | undefined;
}

/** Shows a chain, from its first event to its last. @param watched asked at its end */
export function throughRenderer(
  output: Output,
  workspace: string,
  cwd: string,
  watched?: () => ThroughWatched,
): Emit {
  const { colors } = output;
  const several = new Several(output, (task) => `${task.step} ${placeText(task)}`.trim());

  const started = (event: ThroughStarted) => {
    const { flow, step, through, run, count } = event;
    const on = run === undefined ? 'on its parameters' : `on ${flow}/${run}`;
    const splits = count > 1 ? `, ${plural(count, 'split')}` : '';
    several.print(
      `${colors.bold(`spin ${flow}/${step}`)}${colors.dim(` through ${through}  ${on}${splits}`)}\n`,
    );
    several.print(warnings(event, output));
    several.begin('', 0);
  };

  const finished = (event: ThroughDone) => {
    several.close();
    const { steps, run, flow, ended, durationMs, status } = event;
    const spins = steps.flatMap((one) => one.spins);
    const { before, end } = watched?.() ?? {};
    const rows = steps.map((one) => rowOf(one, before?.spins, output));
    const inRun = run === undefined ? [] : [{ head: `In run ${run}`, align: 'right' as const }];
    output.write(
      `\n${table(
        [
          { head: 'Step' },
          { head: 'Tasks' },
          { head: 'Status' },
          { head: before && run !== undefined ? `vs run ${run}` : 'Artifacts', shrink: true },
          ...(before ? [{ head: `vs spin ${before.n}` }] : []),
          { head: 'Time', align: 'right' },
          ...inRun,
        ],
        run === undefined ? rows.map((row) => row.slice(0, -1)) : rows,
        output.columns,
        colors.dim,
      )}`,
    );
    for (const spin of spins) {
      const text = differencesText(spin, output);
      if (text !== '') output.write(`\n${colors.dim(`${spin.step} ${placeText(spin)}`.trim())}${text}`);
    }
    const hints = new Set(spins.flatMap((spin) => (spin.error ? [] : spin.hints)));
    const said = [...hints, ...(ended === undefined ? [] : [ended])];
    if (said.length > 0) output.write(`\n${said.map((one) => `${colors.yellow('!')} ${one}\n`).join('')}`);
    for (const text of failures(spins, output, workspace, whichText)) output.write(`\n${text}`);
    const word = status === 'done' ? colors.green('done') : colors.red('failed');
    const folder = join(spinsFolder(workspace, flow), '<step>', `from-${run ?? 'parameters'}`);
    const where = end ?? `outputs in ${relative(cwd, folder)}`;
    output.write(`\n${word} ${plural(spins.length, 'task')} in ${duration(durationMs)}, ${where}\n`);
  };

  return (event) => {
    if (event.type === 'through-started') return started(event);
    if (event.type === 'through-done') return finished(event);
    return several.hear(event);
  };
}

function rowOf(
  { step, spins }: ThroughDone['steps'][number],
  earlier: readonly SpinDone[] | undefined,
  output: Output,
): string[] {
  const { colors } = output;
  const failed = spins.filter(({ status }) => status !== 'done').length;
  const sum = (times: readonly number[]) => times.reduce((total, ms) => total + ms, 0);
  const before = spins.flatMap(({ originMs }) => (originMs === undefined ? [] : [originMs]));
  const [only] = spins;
  return [
    step,
    spins.length === 1 ? placeText(only as SpinDone) : plural(spins.length, 'task'),
    failed > 0 ? colors.red(`failed${spins.length > 1 ? ` ${failed}` : ''}`) : colors.green('done'),
    changes(spins, output),
    ...(earlier ? [changes(sinceSpin(spins, earlier), output)] : []),
    duration(sum(spins.map(({ durationMs }) => durationMs))),
    before.length === spins.length ? colors.dim(duration(sum(before))) : '',
  ];
}

function changes(spins: readonly SpinDone[], output: Output): string {
  const [only, ...more] = spins;
  return only && more.length === 0 ? changesText(only, output) : totals(spins, output);
}

/** Those of a task that was spun before, with their artifacts beside what they were then. */
function sinceSpin(spins: readonly SpinDone[], earlier: readonly SpinDone[]): SpinDone[] {
  return spins.flatMap((spin) => {
    const was = earlier.find((one) => one.status === 'done' && isSameTask(one, spin));
    if (!was) return [];
    return [
      {
        ...spin,
        artifacts: spin.artifacts.map((one) => ({ ...one, change: changeSince(was.artifacts, one) })),
      },
    ];
  });
}

/** `12 same, 2 changed: stats`: how often, and of which artifacts that was. */
function totals(spins: readonly SpinDone[], output: Output): string {
  const all = spins.flatMap(({ artifacts }) => artifacts);
  const parts = CHANGES.flatMap((change) => {
    const found = all.filter((artifact) => artifact.change === change);
    if (found.length === 0) return [];
    const names = [...new Set(found.map(({ name }) => name))].slice(0, 4).join(', ');
    return [`${found.length} ${changeText(change, output)}${change === 'same' ? '' : `: ${names}`}`];
  });
  return parts.join(', ');
}

/** `genre split 2, genre split 3, …` */
function whichText(same: readonly SpinDone[]): string {
  const names = same.slice(0, 6).map((spin) => `${spin.step} ${placeText(spin)}`.trim());
  return `${names.join(', ')}${same.length > names.length ? ', …' : ''}`;
}
