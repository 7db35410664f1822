/** A run on screen: what runs now, counts and progress, each task's output, the final table. */

import { unreachable } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import type { FlowEvent } from '../../engine/events';
import type { RunOutcome } from '../../engine/run/options';
import type { ErrorRecord } from '../../store/rows';
import { renderThrown } from './error';
import { LabelledLines, LiveRegion, progressLine } from './live';
import type { Output } from './output';
import { duration, plural, table } from './table';

interface StepState {
  name: string;
  planned: number;
  running: number;
  done: number;
  failed: number;
  /** Taken over from the origin of a resumed run. */
  taken: number;
  /** Milliseconds, of all its tasks. */
  total: number;
  begunAt: number | undefined;
  endedAt: number | undefined;
  /** Last tenth that was told, where lines are plain. */
  told: number;
}

/** A step with more tasks than this is told by its counts, not task by task. */
const WIDE = 8;

export interface RunRenderer {
  emit(event: FlowEvent): void;
  end(outcome: RunOutcome): void;
  /** The failures alone, without the table. */
  failed(outcome: RunOutcome): void;
}

/** @param recorded There is a run to look at: the pathspecs of its tasks have its number. */
export function runRenderer(graph: Graph, output: Output, cwd: string, recorded = true): RunRenderer {
  const { colors } = output;
  const steps = new Map<string, StepState>();
  for (const name of graph.steps.keys()) {
    steps.set(name, {
      name,
      planned: 0,
      running: 0,
      done: 0,
      failed: 0,
      taken: 0,
      total: 0,
      begunAt: undefined,
      endedAt: undefined,
      told: 0,
    });
  }
  const of = (step: string) => steps.get(step) as StepState;
  const live = output.live ? new LiveRegion(output, () => liveLines(steps, output)) : undefined;
  const print = (text: string) => (live ? live.print(text) : output.write(text));
  const short = (pathspec: string) =>
    pathspec
      .split('/')
      .slice(recorded ? 2 : 1)
      .join('/');
  const logs = new LabelledLines(output, print);
  const failures: { pathspec: string; error: ErrorRecord }[] = [];

  const progress = (state: StepState) => {
    const ended = state.done + state.failed;
    const tenth = Math.floor((ended / state.planned) * 10);
    if (tenth <= state.told) return;
    state.told = tenth;
    print(
      `${state.failed > 0 ? colors.red('✗') : colors.green('✓')} ${state.name} ${ended.toLocaleString('en')}/${state.planned.toLocaleString('en')}${state.failed > 0 ? `, ${state.failed} failed` : ''}\n`,
    );
  };

  const tellFailures = ({ pathspec, error }: RunOutcome) => {
    for (const failure of failures.slice(0, SHOWN)) {
      output.write(`\n${colors.red(failure.pathspec)}\n${renderThrown(failure.error, output, cwd)}`);
    }
    if (failures.length > SHOWN) {
      const look = recorded ? `: nx-flow show ${pathspec.replace('/', ' ')}` : '';
      output.write(`\n… and ${plural(failures.length - SHOWN, 'more failure')}${look}\n`);
    }
    if (failures.length === 0 && error) output.write(`\n${renderThrown(error, output, cwd)}`);
  };

  return {
    failed(outcome) {
      live?.close();
      tellFailures(outcome);
    },
    emit(event) {
      switch (event.type) {
        case 'run-started':
          return print(
            `${colors.bold(event.pathspec)}${colors.dim(`  ${plural(event.steps.length, 'step')}, up to ${plural(event.workers, 'worker')}`)}\n`,
          );
        case 'tasks-planned':
          of(event.step).planned += event.count;
          return live?.changed();
        case 'tasks-taken':
          of(event.step).taken += event.count;
          return print(
            `${colors.dim('↷')} ${event.step} ${colors.dim(`taken over${event.count > 1 ? ` (${plural(event.count, 'task')})` : ''}`)}\n`,
          );
        case 'task-started': {
          const state = of(event.step);
          state.running++;
          state.begunAt ??= performance.now();
          return live?.changed();
        }
        case 'task-log':
          return logs.add(short(event.pathspec), event.stream, event.text);
        case 'task-retried': {
          of(event.step).running--;
          logs.close(short(event.pathspec));
          const wait = event.waitMs > 0 ? ` in ${duration(event.waitMs)}` : '';
          print(
            `${colors.yellow('↻')} ${short(event.pathspec)} failed: ${firstLine(event.error)}; attempt ${event.attempt + 2} of ${event.times + 1}${wait}\n`,
          );
          return live?.changed();
        }
        case 'task-done':
        case 'task-caught':
        case 'task-failed': {
          const state = of(event.step);
          state.running = Math.max(0, state.running - 1);
          state.total += event.durationMs;
          state.endedAt = performance.now();
          logs.close(short(event.pathspec));
          if (event.type === 'task-failed') {
            state.failed++;
            failures.push({ pathspec: event.pathspec, error: event.error });
            print(
              `${colors.red('✗')} ${short(event.pathspec)} failed after ${duration(event.durationMs)}: ${firstLine(event.error)}\n`,
            );
          } else state.done++;
          if (event.type === 'task-caught')
            print(
              `${colors.yellow('✓')} ${short(event.pathspec)} failed, and was caught: ${firstLine(event.error)}\n`,
            );
          if (state.planned > WIDE) {
            if (!live) progress(state);
          } else if (event.type === 'task-done') {
            print(
              `${colors.green('✓')} ${short(event.pathspec)} ${colors.dim(duration(event.durationMs))}\n`,
            );
          }
          return live?.changed();
        }
        case 'packages-installing':
          return print(`${colors.dim('⇣')} installing ${event.packages} …\n`);
        case 'notice':
          return print(`${colors.yellow('!')} ${event.message}\n`);
        case 'run-done':
          return live?.close();
        default:
          return unreachable(event);
      }
    },
    end(outcome) {
      const { pathspec, status, durationMs, tasks } = outcome;
      live?.close();
      const rows = [...steps.values()]
        .filter(({ planned }) => planned > 0)
        .map((state) => finalRow(state, output));
      output.write(
        `\n${table(
          [
            { head: 'Step' },
            { head: 'Tasks', align: 'right' },
            { head: 'Done', align: 'right' },
            { head: 'Failed', align: 'right' },
            { head: 'Each', align: 'right' },
            { head: 'Wall', align: 'right' },
          ],
          rows,
          output.columns,
          colors.dim,
        )}`,
      );
      const unreached = [...steps.values()]
        .filter(({ planned, taken }) => planned + taken === 0)
        .map(({ name }) => name);
      if (unreached.length > 0) output.write(colors.dim(`not reached: ${unreached.join(', ')}\n`));
      tellFailures(outcome);
      const counts = `${plural(tasks.done, 'task')}${tasks.failed > 0 ? `, ${tasks.failed} failed` : ''}${tasks.taken ? `, ${tasks.taken} taken over` : ''}`;
      const word = status === 'failed' ? colors.red(status) : colors.green(status);
      output.write(`\n${colors.bold(pathspec)} ${word} in ${duration(durationMs)}: ${counts}\n`);
    },
  };
}

/** Failures that are told in full. */
const SHOWN = 3;

function firstLine({ name, code, message }: ErrorRecord): string {
  return `${name === 'FlowError' ? '' : `${name}: `}${message.split('\n')[0]}${name === 'FlowError' && code ? ` (${code})` : ''}`;
}

function finalRow(state: StepState, { colors }: Output): string[] {
  const ended = state.done + state.failed;
  const wall = state.begunAt !== undefined && state.endedAt !== undefined ? state.endedAt - state.begunAt : 0;
  return [
    state.name,
    state.planned.toLocaleString('en'),
    state.done.toLocaleString('en'),
    state.failed > 0 ? colors.red(String(state.failed)) : '',
    ended > 0 ? duration(state.total / ended) : '',
    ended > 0 ? duration(Math.max(wall, ended === 1 ? state.total : 0)) : '',
  ];
}

/** What runs now: a line for each step at work, with a bar where there are many tasks. */
function liveLines(steps: Map<string, StepState>, output: Output): string[] {
  const now = performance.now();
  const { colors } = output;
  const lines: string[] = [];
  for (const { name, planned, running, done, failed, begunAt } of steps.values()) {
    const ended = done + failed;
    if (planned === 0 || ended === planned || begunAt === undefined) continue;
    const time = colors.dim(duration(now - begunAt));
    if (planned === 1) lines.push(`${colors.cyan('●')} ${name} ${time}`);
    else {
      lines.push(progressLine({ name, planned, running, done, failed }, now - begunAt, output));
    }
  }
  return lines;
}
