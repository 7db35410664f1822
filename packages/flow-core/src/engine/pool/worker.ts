/** A worker process: imports the flow once, then executes tasks, one at a time, in the order in which they come. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Graph } from '../../definition/graph';
import { loadFlow, loadFlowWith } from '../../source/load';
import { encodeArtifact } from '../../store/artifacts';
import { FileCas } from '../../store/cas';
import { captureOutput } from '../process/capture-output';
import { watchEnv } from '../process/restore-env';
import { Decoder } from '../task/decoder';
import { toRecord } from '../task/error-record';
import { executeTask } from '../task/execute';
import { stuckError, timeoutError, timeoutOf } from '../task/policies';
import type { MissingRead, RunContext, TaskOutcome, TaskSpec } from '../task/task';
import type { Missing, View } from '../task/view';
import type { FromWorker, ToWorker } from './protocol';

const [file = '', flowName = '', given = '[]', packages = ''] = process.argv.slice(2);

/** Tasks that take longer are not quick ones. Milliseconds. */
const SLOW_MS = 2;

const send = (message: FromWorker) => process.connected && process.send?.(message);

// The terminal's Ctrl-C reaches every process of the group: the coordinator decides what it means.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

/** The task that code belongs to, also in its timers and in promises that nobody awaits. */
interface Scope {
  task: string;
  /** Fails the task while it is under way. */
  fail?: (error: unknown) => void;
}
const scopes = new AsyncLocalStorage<Scope>();
let underWay: Scope | undefined;
const onCrash = (error: unknown) => {
  const scope = scopes.getStore() ?? underWay;
  if (scope?.fail) scope.fail(error);
  else write('stderr', `${toRecord(error).stack ?? error}\n`);
};
const env = watchEnv();
process.on('uncaughtException', onCrash);
process.on('unhandledRejection', onCrash);
// While a task is under way, the channel to the coordinator does not count as something that it may wait for.
process.on('beforeExit', () => {
  process.channel?.ref();
  underWay?.fail?.(stuckError());
});

captureOutput(write);
process.on('exit', flushOutput);
const loaded = load();
loaded.then(
  () => send({ type: 'ready' }),
  (error) => send({ type: 'broken', error: toRecord(error) }),
);

async function load(): Promise<Graph> {
  const graph =
    packages === ''
      ? await loadFlow(file, flowName)
      : await loadFlowWith(
          (await import('../../source/packages/install')).installedIn(packages),
          file,
          flowName,
        );
  const options: string[] = JSON.parse(given);
  if (options.length === 0) return graph;
  const { optionsForAll, withOptions } = await import('../../definition/with');
  return withOptions(graph, optionsForAll(options));
}

const queue: { spec: TaskSpec; views: Map<string, View> }[] = [];
let views = new Map<string, View>();
let context: { run: RunContext; cas: FileCas; keep?: FileCas; decoder?: Decoder } | undefined;
let draining = false;

process.on('message', (message: ToWorker) => {
  if (message.type === 'start') {
    const cas = new FileCas(message.cas);
    context = { run: message.run, cas };
    if (message.keep !== undefined) context.keep = new FileCas(message.keep);
    process.chdir(message.run.cwd);
    return;
  }
  if (message.type === 'return') {
    send({ type: 'returned', tasks: queue.splice(0).map(({ spec }) => spec.task) });
    return;
  }
  if (message.reset) views = new Map();
  for (const [label, entries] of message.views) views.set(label, { label, entries: new Map(entries) });
  for (const spec of message.tasks) queue.push({ spec, views });
  if (!draining) drain();
});

async function drain(): Promise<void> {
  draining = true;
  process.channel?.unref();
  for (let job = queue.shift(); job; job = queue.shift()) {
    const outcome = await perform(job.spec, job.views);
    flushOutput();
    // At once, before the next task begins: if that one kills this process, it alone has failed.
    send({ type: 'outcome', outcome });
    // Its body may still be at work here: the coordinator takes the rest to another process.
    if (outcome.status === 'failed' && outcome.stray) queue.length = 0;
    // Behind a slow one, the coordinator may want the others back: its message is read in between.
    if (outcome.durationMs > SLOW_MS) await new Promise(setImmediate);
  }
  draining = false;
  process.channel?.ref();
}

async function perform(spec: TaskSpec, seen: Map<string, View>): Promise<TaskOutcome> {
  const scope: Scope = { task: spec.task };
  underWay = scope;
  const startedAt = Date.now();
  const begun = performance.now();
  const end = () => ({ startedAt, durationMs: performance.now() - begun });
  let abort: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stray = false;
  const absent: MissingRead[] = [];
  const missing: Missing = (name, { label }) => void absent.push({ name, label });
  try {
    const graph = await loaded;
    const at = context as NonNullable<typeof context>;
    const { run, cas, keep } = at;
    // With the flow's codecs, which are known now.
    at.decoder ??= new Decoder(cas, graph.codecs);
    const { decode, item } = at.decoder;
    const crashed = new Promise<never>((_, reject) => {
      scope.fail = (error) => {
        // The body may be at work still, and is no company for another task.
        stray = true;
        reject(error);
      };
    });
    const timeoutMs = timeoutOf(graph.steps.get(spec.step)?.options ?? {});
    if (timeoutMs !== undefined) {
      timer = setTimeout(() => {
        const error = timeoutError(timeoutMs);
        abort?.abort(error);
        scope.fail?.(error);
      }, timeoutMs);
    }
    const writer =
      spec.outputs === undefined
        ? undefined
        : new (await import('../outputs/task-writer')).OutputWriter(spec.outputs, keep, graph.codecs);
    const execute = () =>
      executeTask({
        graph,
        run,
        spec,
        view: (label) => seen.get(label) as View,
        decode,
        item: (view, over, index) => (view.entries.has(over) ? item(view, over, index) : missing(over, view)),
        encode: writer?.encode ?? ((name, value) => encodeArtifact(name, value, cas, graph.codecs)),
        log: write,
        missing,
        signal: () => {
          abort ??= new AbortController();
          return abort.signal;
        },
      });
    const result = await Promise.race([crashed, scopes.run(scope, execute)]);
    const timed = end();
    await writer?.finish(result);
    if (writer && absent.length > 0) result.missing = absent;
    return { ...timed, status: 'done', result };
  } catch (error) {
    const failure = { error: toRecord(error), ...(absent.length > 0 ? { missing: absent } : {}) };
    return { ...end(), status: 'failed', failure, stray };
  } finally {
    clearTimeout(timer);
    scope.fail = undefined;
    underWay = undefined;
    abort?.abort();
    tidy();
  }
}

function tidy(): void {
  env.restore();
  process.exitCode = undefined;
  const cwd = context?.run.cwd;
  if (cwd !== undefined && process.cwd() !== cwd) process.chdir(cwd);
}

/** Everything that is printed goes to the coordinator, which knows the task. In one piece where it comes quickly. */
let pending: { task: string; stream: 'stdout' | 'stderr'; text: string } | undefined;
let flushedAt = 0;

function write(stream: 'stdout' | 'stderr', text: string): void {
  const task = (scopes.getStore() ?? underWay)?.task ?? '';
  if (pending && (pending.stream !== stream || pending.task !== task)) flushOutput();
  if (pending) pending.text += text;
  else {
    pending = { task, stream, text };
    setImmediate(flushOutput);
  }
  // A step that never yields is seen at work too.
  if (performance.now() - flushedAt > 10 || pending.text.length > 65536) flushOutput();
}

function flushOutput(): void {
  if (!pending) return;
  const message = pending;
  pending = undefined;
  flushedAt = performance.now();
  send({ type: 'log', ...message });
}
