/** Executes one task and gives its outcome, whatever happens: with its timeout, its crashes and its files. It knows no process. */
import type { Graph, StepNode } from '../../definition/graph';
import type { TaskShown } from '../../definition/step-cards';
import { packageFile } from '../../environment/package-root';
import { type After, after } from '../../process/after';
import type { Cas } from '../../store/cas/cas';
import type { ErrorRecord } from '../../store/rows/rows';
import { firstOf } from '../contain/first-of';
import { CardsOfTask } from '../task/cards-of-task';
import { ABOUT_RETURNED, toRecord } from '../task/error-record';
import { executeTask } from '../task/execute';
import type { Execution } from '../task/execution';
import { timeoutError } from '../task/policies';
import type { RetryAdvice } from '../task/retry';
import type { MissingRead, TaskOutcome, TaskResult } from '../task/task';
import type { Missing } from '../task/view';

export interface Performance
  extends Pick<Execution, 'graph' | 'run' | 'spec' | 'view' | 'log' | 'artifacts' | 'missing'> {
  /** The CAS of the store of persisted spins: large values of a task with `outputs` go there, too. */
  persistedCas?: Cas;
  /** Aborts the signal of the task; by default one is made when the body asks for it. */
  abort?: AbortController;
  /** Milliseconds that it may take. */
  timeoutMs?: number;
  /** It is executed beside others, which share the variables of its step and may keep the process busy. */
  together?: boolean;
  /**
   * Executes the body where what it leaves behind can be recognised as its own. `fail` fails the task while it is
   * under way: for what it threw in a timer, or in a promise that is not awaited.
   */
  within?(fail: (error: unknown) => void, body: () => Promise<TaskResult>): Promise<TaskResult>;
  /** The asynchronous context at hand, for what is called from outside of it. */
  context?(): <T>(work: () => T) => T;
  /** Hears what a card shows while the body is at work. */
  showCard?(shown: TaskShown): void;
  /** Called when the body has ended or thrown, before the engine goes on: what it patched is put back. */
  bodyEnded?(thrown?: unknown): void;
}

/** A timer that comes so much too late was held up by other code. Milliseconds. */
const LATE_MS = 20;

export async function perform(task: Performance): Promise<TaskOutcome> {
  const { graph, spec, view, log, artifacts, timeoutMs, together = false } = task;
  const run = spec.params ? { ...task.run, params: spec.params } : task.run;
  const startedAt = Date.now();
  const begun = performance.now();
  const cards = new CardsOfTask(task.showCard);
  const end = () => ({ startedAt, durationMs: performance.now() - begun });
  let { abort } = task;
  let inBody = <T>(work: () => T): T => work();
  let timer: After | undefined;
  let stray = false;
  const absent: MissingRead[] = [];
  try {
    const writer = spec.outputs === undefined ? undefined : await writerOf(spec.outputs, task);
    const written = writer ? { ...artifacts, take: writer.take } : artifacts;
    const kept = graph.secrets ? await withoutSecrets(graph, written) : written;
    const missing: Missing = task.missing ?? ((name, { label }) => void absent.push({ name, label }));
    const body = () =>
      executeTask({
        graph,
        run,
        spec,
        view,
        artifacts: kept,
        log,
        missing,
        card: () => cards.card,
        signal: () => {
          abort ??= new AbortController();
          inBody = task.context?.() ?? inBody;
          return abort.signal;
        },
        envIsSet: together,
        ...(task.bodyEnded ? { bodyEnded: task.bodyEnded } : {}),
      });
    const { within } = task;
    let fail: (error: unknown) => void = () => {};
    const result = await firstOf(within ? () => within(fail, body) : body, (reject) => {
      fail = (error) => {
        // The body may be at work still, and is no company for another task.
        stray = true;
        reject(error);
      };
      if (timeoutMs === undefined) return;
      const expire = () => {
        const error = timeoutError(timeoutMs);
        // Those who listen belong to the body.
        inBody(() => abort?.abort(error));
        fail(error);
      };
      const due = performance.now() + timeoutMs;
      timer = after(timeoutMs, () => {
        const lateMs = performance.now() - due;
        // Another kept the process busy meanwhile: what this one waits for may have come long ago.
        if (together && lateMs > LATE_MS) timer = after(lateMs, expire);
        else expire();
      });
    });
    const timed = end();
    await writer?.finish(result);
    if (run.run === 'spin' && absent.length > 0) result.missing = absent;
    return { ...timed, ...cards.end(), status: 'done', result };
  } catch (thrown) {
    task.bodyEnded?.(thrown);
    const { error = thrown, ...advice } = await adviceOf(graph.steps.get(spec.step), spec.attempt, thrown);
    const failure = {
      error: withPlace(toRecord(error), graph, spec.step),
      thrown: error,
      advice,
      ...(absent.length > 0 ? { missing: absent } : {}),
    };
    return { ...end(), ...cards.end(), status: 'failed', failure, ...(stray ? { stray } : {}) };
  } finally {
    timer?.cancel();
    abort?.abort();
  }
}

/** Asked here, where the error is what was thrown: elsewhere there is only what is recorded of it. */
async function adviceOf(node: StepNode | undefined, attempt: number, thrown: unknown): Promise<RetryAdvice> {
  if (!node?.options.retry) return {};
  const { mayRetry, retryAdvice } = await import('../task/retry');
  return mayRetry(node, attempt) ? retryAdvice(node, thrown) : {};
}

/**
 * The step's own line takes the place of frames of the user that are not there: what is no Error has no stack, and
 * `Error.stackTraceLimit = 0` leaves no frames. Of the engine's own errors no frames are shown, but of those about what the
 * step has returned.
 */
function withPlace(error: ErrorRecord, graph: Graph, step: string): ErrorRecord {
  const { stack } = error;
  const isOurs = error.name === 'FlowError' && !(error.code !== undefined && ABOUT_RETURNED.has(error.code));
  if (stack !== undefined && (isOurs || hasUserFrame(stack))) return error;
  const where = graph.steps.get(step)?.where();
  if (where === undefined) return error;
  return { ...error, stack: `${stack ?? `${error.name}: ${error.message}`}\n    at ${step} (${where})` };
}

function hasUserFrame(stack: string): boolean {
  const engine = [packageFile('dist'), packageFile('src'), 'node:', '/node_modules/', '\\node_modules\\'];
  return stack
    .split('\n')
    .some((line) => /^\s+at .*:\d+:\d+\)?$/.test(line) && !engine.some((part) => line.includes(part)));
}

/** The outcome of a task that failed before it could begin. */
export function failedOutcome(thrown: unknown): TaskOutcome {
  const failure = { error: toRecord(thrown), thrown };
  return { startedAt: Date.now(), durationMs: 0, status: 'failed', failure };
}

/** A value that holds a secret of the flow is refused. */
async function withoutSecrets(graph: Graph, artifacts: Execution['artifacts']) {
  const [{ secretsOf }, { takeWithout }] = await Promise.all([
    import('../secrets/secrets'),
    import('../secrets/take'),
  ]);
  return { ...artifacts, take: takeWithout(secretsOf(graph), artifacts.take) };
}

async function writerOf(folder: string, { persistedCas, graph }: Performance) {
  const { OutputWriter } = await import('../outputs/task-writer');
  return new OutputWriter(folder, persistedCas, graph.codecs);
}
