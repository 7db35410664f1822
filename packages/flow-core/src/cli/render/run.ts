/**
 * Renders a run: what runs now, counts and progress, each task's output, the final table. Long, because all of it is of one state: what
 * is known of each step.
 */
import { thousands } from '../../definition/thousands';
import { type Emit, pathspecText, type RunDone, taskText } from '../../engine/task/flow-event';
import type { ErrorRecord } from '../../store/rows/rows';
import { renderThrown } from './error';
import { eventLine } from './event-line';
import { LabelledLines, LiveRegion, progressLine } from './live-region';
import type { Output } from './output';
import { remedies, reusedLine } from './run-end';
import { duration, plural, table } from './table';

interface StepState {
  name: string;
  planned: number;
  running: number;
  done: number;
  failed: number;
  /** Tasks that failed and were caught. They count as done too. */
  caught: number;
  /** Taken over from the origin of a resumed run. */
  taken: number;
  /** Milliseconds, summed over all its tasks. */
  total: number;
  begunAt: number | undefined;
  endedAt: number | undefined;
  /** The last tenth that was printed, when lines cannot be redrawn. */
  lastTenth: number;
}

/** A step with more tasks than this is shown by counts, not task by task. */
const WIDE = 8;

function stateOfStep(name: string): StepState {
  const counts = { planned: 0, running: 0, done: 0, failed: 0, caught: 0, taken: 0, total: 0, lastTenth: 0 };
  return { name, ...counts, begunAt: undefined, endedAt: undefined };
}

/** Shows a run, from its first event to its last. */
export function runRenderer(output: Output, workspace: string): Emit {
  const { colors } = output;
  const steps = new Map<string, StepState>();
  const stateOf = (step: string) => {
    const known = steps.get(step);
    if (known) return known;
    const state = stateOfStep(step);
    steps.set(step, state);
    return state;
  };
  const live = output.live ? new LiveRegion(output, () => liveLines(steps, output)) : undefined;
  const print = (text: string) => (live ? live.print(text) : output.write(text));
  const logs = new LabelledLines(output, (text) => (live ? live.print(text, true) : output.raw(text)));
  const failures: { step: string; pathspec: string; error: ErrorRecord }[] = [];

  const progress = (state: StepState) => {
    const over = state.done + state.failed;
    const tenth = Math.floor((over / state.planned) * 10);
    if (tenth <= state.lastTenth) return;
    state.lastTenth = tenth;
    const mark =
      state.failed > 0 ? colors.red('✗') : state.caught > 0 ? colors.yellow('✗') : colors.green('✓');
    const failed = state.failed > 0 ? `, ${state.failed} failed` : '';
    const caught = state.caught > 0 ? `, ${state.caught} caught` : '';
    print(`${mark} ${state.name} ${thousands(over)}/${thousands(state.planned)}${failed}${caught}\n`);
  };

  const showFailures = ({ flow, run, error }: RunDone) => {
    for (const failure of failures.slice(0, SHOWN)) {
      output.write(`\n${colors.red(failure.pathspec)}\n${renderThrown(failure.error, output, workspace)}`);
    }
    if (failures.length > SHOWN) {
      const look = run === undefined ? '' : `: nx-flow show ${flow} ${run}`;
      output.write(`\n… and ${plural(failures.length - SHOWN, 'more failure')}${look}\n`);
    }
    if (failures.length === 0 && error) output.write(`\n${renderThrown(error, output, workspace)}`);
  };

  const ended = (event: RunDone) => {
    // A step of a task graph reports its own end.
    if (event.run === undefined) return event.status === 'failed' ? showFailures(event) : undefined;
    const { flow, run, status, durationMs, tasks } = event;
    const rows = [...steps.values()]
      .filter(({ planned }) => planned > 0)
      .map((state) => finalRow(state, output));
    if (rows.length > 0)
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
    // In a finished run, only a switch leaves steps out.
    const left = status === 'done' ? 'not taken' : 'not reached';
    if (unreached.length > 0) output.write(colors.dim(`${left}: ${unreached.join(', ')}\n`));
    showFailures(event);
    const counts = `${plural(tasks.done, 'task')}${tasks.failed > 0 ? `, ${tasks.failed} failed` : ''}${tasks.taken ? `, ${tasks.taken} taken over` : ''}`;
    const word = status === 'failed' ? colors.red(status) : colors.green(status);
    output.write(`\n${colors.bold(`${flow}/${run}`)} ${word} in ${duration(durationMs)}: ${counts}\n`);
    if (tasks.reused !== undefined) output.write(reusedLine(event, tasks.reused, output));
    const [failure] = failures;
    if (failure) output.write(remedies(flow, failure.step, output));
  };

  let storeError: string | undefined;
  /** A store without room says it of every task that is under way. */
  const asBefore = ({ code }: ErrorRecord) => {
    const before = storeError;
    if (code?.startsWith('FLOW_STORE_')) storeError = code;
    return code !== undefined && code === before ? `for the same reason (${code})` : undefined;
  };

  return (event) => {
    switch (event.type) {
      case 'run-started':
        // In the order of the flow, from the first line on.
        for (const { name } of event.steps) stateOf(name);
        return print(
          `${colors.bold(event.run === undefined ? event.flow : `${event.flow}/${event.run}`)}${colors.dim(`  ${plural(event.steps.length, 'step')}, up to ${plural(event.workers, 'worker')}`)}\n`,
        );
      case 'tasks-planned':
        stateOf(event.step).planned += event.count;
        return live?.changed();
      case 'tasks-taken':
        stateOf(event.step).taken += event.count;
        return print(
          `${colors.dim('↷')} ${event.step} ${colors.dim(`${event.reused ? 'reused' : 'taken over'}${event.count > 1 ? ` (${plural(event.count, 'task')})` : ''}`)}\n`,
        );
      case 'task-started': {
        const state = stateOf(event.task.step);
        state.running++;
        state.begunAt ??= performance.now();
        return live?.changed();
      }
      case 'task-log':
        return logs.add(taskText(event.task), event.stream, event.text);
      case 'task-retried': {
        stateOf(event.task.step).running--;
        logs.close(taskText(event.task));
        const wait = event.waitMs > 0 ? ` in ${duration(event.waitMs)}` : '';
        print(
          `${colors.yellow('↻')} ${taskText(event.task)} failed: ${firstLine(event.error)}; attempt ${event.attempt + 2} of ${event.times + 1}${wait}\n`,
        );
        return live?.changed();
      }
      case 'task-done':
      case 'task-caught':
      case 'task-failed': {
        const state = stateOf(event.task.step);
        state.running = Math.max(0, state.running - 1);
        state.total += event.durationMs;
        state.endedAt = performance.now();
        logs.close(taskText(event.task));
        if (event.type === 'task-failed') {
          state.failed++;
          failures.push({ step: event.task.step, pathspec: pathspecText(event.task), error: event.error });
          print(
            `${colors.red('✗')} ${taskText(event.task)} failed after ${duration(event.durationMs)}: ${asBefore(event.error) ?? firstLine(event.error)}\n`,
          );
        } else state.done++;
        if (event.type === 'task-caught') {
          state.caught++;
          print(
            `${colors.yellow('✗')} ${taskText(event.task)} failed, and was caught: ${firstLine(event.error)}\n`,
          );
        }
        if (state.planned > WIDE) {
          if (!live) progress(state);
        } else if (event.type === 'task-done') {
          print(`${colors.green('✓')} ${taskText(event.task)} ${colors.dim(duration(event.durationMs))}\n`);
        }
        return live?.changed();
      }
      case 'run-done':
        live?.close();
        return ended(event);
      default:
        return print(eventLine(event, output));
    }
  };
}

/** How many failures are shown in full. */
const SHOWN = 3;

function firstLine({ name, code, message }: ErrorRecord): string {
  return `${name === 'FlowError' ? '' : `${name}: `}${message.split('\n')[0]}${name === 'FlowError' && code ? ` (${code})` : ''}`;
}

function finalRow(state: StepState, { colors }: Output): string[] {
  const ended = state.done + state.failed;
  const wall = state.begunAt !== undefined && state.endedAt !== undefined ? state.endedAt - state.begunAt : 0;
  return [
    state.name,
    thousands(state.planned),
    thousands(state.done),
    state.failed > 0 ? colors.red(String(state.failed)) : '',
    ended > 0 ? duration(state.total / ended) : '',
    ended > 0 ? duration(Math.max(wall, ended === 1 ? state.total : 0)) : '',
  ];
}

/** What runs now: a line for each running step, with a bar when it has many tasks. */
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
