/** Executes one task and gives its outcome, whatever happens: with its timeout, its crashes and its files. It knows no process. */
import { type Codecs, encodeArtifact } from '../../store/artifacts';
import type { Cas } from '../../store/cas';
import type { Decoder } from '../task/decoder';
import { toRecord } from '../task/error-record';
import { executeTask } from '../task/execute';
import type { Execution } from '../task/execution';
import { timeoutError } from '../task/policies';
import type { MissingRead, TaskOutcome, TaskResult } from '../task/task';

export interface Performance extends Pick<Execution, 'graph' | 'run' | 'spec' | 'view' | 'log'> {
  decoder: Decoder;
  /** Where large values are written. */
  cas: Cas;
  /** Where a spin's large values are written, if it is kept. */
  keep?: Cas;
  /** Milliseconds that it may take. */
  timeoutMs?: number;
  /**
   * Executes the body where what it leaves behind can be recognised as its own. `fail` fails the task while it is
   * under way: for what it threw in a timer, or in a promise that is not awaited.
   */
  within?(fail: (error: unknown) => void, body: () => Promise<TaskResult>): Promise<TaskResult>;
}

export async function perform(task: Performance): Promise<TaskOutcome> {
  const { graph, run, spec, view, log, decoder, cas, keep, timeoutMs } = task;
  const startedAt = Date.now();
  const begun = performance.now();
  const end = () => ({ startedAt, durationMs: performance.now() - begun });
  let abort: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stray = false;
  const absent: MissingRead[] = [];
  try {
    const writer = spec.outputs === undefined ? undefined : await writerOf(spec.outputs, keep, graph.codecs);
    let fail: (error: unknown) => void = () => {};
    const crashed = new Promise<never>((_, reject) => {
      fail = (error) => {
        // The body may be at work still, and is no company for another task.
        stray = true;
        reject(error);
      };
    });
    if (timeoutMs !== undefined) {
      timer = setTimeout(() => {
        const error = timeoutError(timeoutMs);
        abort?.abort(error);
        fail(error);
      }, timeoutMs);
    }
    const missing: NonNullable<Execution['missing']> = (name, { label }) => void absent.push({ name, label });
    const body = () =>
      executeTask({
        graph,
        run,
        spec,
        view,
        decode: decoder.decode,
        item: (shown, over, index) =>
          shown.entries.has(over) ? decoder.item(shown, over, index) : missing(over, shown),
        encode: writer?.encode ?? ((name, value) => encodeArtifact(name, value, cas, graph.codecs)),
        log,
        missing,
        signal: () => {
          abort ??= new AbortController();
          return abort.signal;
        },
      });
    const result = await Promise.race([crashed, task.within ? task.within(fail, body) : body()]);
    const timed = end();
    await writer?.finish(result);
    if (writer && absent.length > 0) result.missing = absent;
    return { ...timed, status: 'done', result };
  } catch (thrown) {
    const failure = { error: toRecord(thrown), thrown, ...(absent.length > 0 ? { missing: absent } : {}) };
    return { ...end(), status: 'failed', failure, ...(stray ? { stray } : {}) };
  } finally {
    clearTimeout(timer);
    abort?.abort();
  }
}

async function writerOf(folder: string, keep: Cas | undefined, codecs: Codecs) {
  const { OutputWriter } = await import('../outputs/task-writer');
  return new OutputWriter(folder, keep, codecs);
}
