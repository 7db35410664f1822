/** Spins one step now, in this process, on recorded inputs. Its outputs go to `dist/flow`. */
import { join, relative } from 'node:path';
import type { Graph } from '../definition/graph';
import { captureOutput, type Heard } from '../engine/contain/capture-output';
import type { GuardOptions } from '../engine/contain/guard';
import type { OnlyGiven } from '../engine/inputs/only-given';
import type { Overrides } from '../engine/inputs/override';
import type { Selection } from '../engine/inputs/selection';
import { Outputs } from '../engine/outputs/folder';
import { madeRoomAfter, requireOutputs, roomForOutputs, writingOutputs } from '../engine/outputs/writable';
import type { Attachable } from '../engine/pool/pool';
import { outputsOf, type SpinOutcome, spinDone } from '../engine/spin/outcome';
import type { PersistedSpin } from '../engine/spin/persisted';
import { type SpinInputs, spin } from '../engine/spin/spin';
import type { Emit, SpinDone } from '../engine/task/flow-event';
import { spinsFolder } from '../environment/output-folders';
import { keys } from '../store/kv/row-keys';
import type { TaskReads } from '../store/rows/rows';
import type { InWorkerOptions } from './in-worker';
import { collectThrownLate, hearThrownLate } from './late';
import type { BeginPersisted } from './persisted-spins';
import { publishing } from './publish';
import type { FileSession, Session } from './session';
import { importSnapshot } from './snapshot';

export interface SpinRequest extends Pick<GuardOptions, 'processOwner' | 'signal' | 'leaves'> {
  selection: Selection;
  /** Parameters given now. They win over the run's. */
  params: Record<string, unknown>;
  /** Artifacts that a program gives now, for the inputs of the step. */
  overrides?: Overrides;
  /** Artifacts given now by `--set`. They win over `overrides`. */
  set?: Record<string, unknown>;
  /** All inputs of the step: no run is looked up. */
  onlyGiven?: OnlyGiven;
  /** Record the spin in the store of persisted spins. */
  persist?: BeginPersisted;
  /** Write the outputs as files. */
  outputs?: SpinOutputs;
  /** Say what differs inside of each artifact that changed. */
  values?: boolean;
  /**
   * Workers for a step that is not executed in this process: on another machine, or since its flow has secrets, and what it writes
   * past the streams of its process can be masked there alone.
   */
  workers?(): Promise<Attachable>;
  /** Hears what the step was executed on, and what it read of it; not where it failed. */
  hearReads?(inputs: SpinInputs, reads: TaskReads): void;
  /** Hears which function is about to be executed, for a debugger. */
  hearBody?(body: (...args: never[]) => unknown): void;
  /** Replaces the streams of this process while the step is executed; default {@link captureOutput}. */
  capture?(heard: Heard): () => void;
}

/** What a spin came to, with its values; and its last event, which says the same as plain data. */
export interface Spun {
  outcome: SpinOutcome;
  done: SpinDone;
}

export interface SpinOutputs {
  /** The content of `result.json` next to the artifacts. */
  result(done: SpinDone): object;
  /** The outputs go into a cache under this hash. */
  cache?: { task: string | undefined };
  /**
   * Called after the step was executed and before its outputs replace the folder. Returns which code changed since
   * the hash was computed, as the beginning of a sentence. Such outputs are not cached.
   */
  codeChanged?(): Promise<string | undefined>;
}

/**
 * Checks what can be checked before a spin, and imports the snapshot of the flow when no run was named.
 * @throws FlowError FLOW_OUTPUTS_UNWRITABLE, FLOW_NAMESPACE
 */
export async function prepareSpin(
  session: FileSession,
  selection: Selection,
  namespace: string | undefined,
): Promise<void> {
  const { graph, workspace, place } = session;
  const spins = spinsFolder(workspace, graph.flow);
  requireOutputs(workspace, spins, join(spins, selection.step));
  await roomForOutputs(workspace, session.emit);
  if (selection.run === undefined) await importSnapshot(session, place.cwd, namespace);
}

/** @throws FlowError for bad usage. What the step throws is part of the outcome. */
export async function spinStep(session: Session, request: SpinRequest): Promise<Spun> {
  const { store, user, workspace } = session;
  const { selection, overrides, onlyGiven, persist } = request;
  const publish = publishing(session);
  session.signal?.throwIfAborted();
  const graph = await graphWithPackages(session, selection.step, publish);
  const body = graph.steps.get(selection.step)?.body;
  if (body) request.hearBody?.(body);
  const hiding = graph.secrets && (await hidingOf(graph, session.away ? [] : [selection.step]));
  const emit = hiding ? hiding.events(publish) : publish;
  const task = { flow: graph.flow, step: selection.step, index: [] as number[] };
  let outputs: Outputs | undefined;
  let persisted: PersistedSpin | undefined;
  if (request.outputs) collectThrownLate();
  const hear: Heard = (stream, text) => {
    outputs?.at().log(text);
    persisted?.log(1, stream, text);
    publish({ type: 'task-log', task, stream, text });
  };
  const printed = hiding?.output(hear);
  const heard = printed?.log ?? hear;
  const restore = (request.capture ?? captureOutput)(heard);
  let outcome: SpinOutcome;
  const { workers } = request;
  const folder = () => (outputs as Outputs).at().path;
  const elsewhere = workers && (await inWorker(session, { workers, folder, log: heard, emit }));
  try {
    outcome = await spin({
      ...{ graph, store, selection, user },
      params: request.params,
      ...(overrides ? { overrides } : {}),
      set: request.set ?? {},
      ...(onlyGiven ? { onlyGiven } : {}),
      ...(request.processOwner ? { processOwner: request.processOwner } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
      ...(request.leaves ? { leaves: request.leaves } : {}),
      ...(elsewhere ? { elsewhere } : {}),
      ...(session.away ? { away: true } : {}),
      ...(request.hearReads ? { hearReads: request.hearReads } : {}),
      cwd: workspace,
      ...(request.outputs ? { files: folder } : {}),
      ...(request.values ? { values: true } : {}),
      log: heard,
      ...(printed ? { ended: printed.end } : {}),
      emit(event) {
        if (event.type === 'spin-started') {
          task.index.push(...event.splits.map(({ index }) => index));
          if (request.outputs) outputs = new Outputs(workspace, graph.flow, event.step, task.index);
        }
        emit(event);
      },
      ...(persist
        ? {
            async persist(origin, params) {
              persisted = await persist(selection.step, origin, params);
              return persisted;
            },
          }
        : {}),
    });
  } catch (error) {
    outputs?.discard();
    // What is still held of its output has no place any more.
    outputs = undefined;
    throw error;
  } finally {
    if (request.outputs) hearThrownLate(emit);
    restore();
    printed?.end();
  }
  const where = outputs && relative(workspace, outputs.folder);
  const shown = (path: string | undefined) => {
    const ended = spinDone(graph.flow, outcome, path);
    return hiding ? hiding.maskIn(ended) : ended;
  };
  const beside = outcome.cards && request.outputs && (await besideOf(session, outcome));
  const done = { ...shown(where), ...beside };
  let changed: string | undefined;
  if (outputs && request.outputs) {
    const placed = { outputs, outcome, done, options: request.outputs };
    try {
      changed = await write(session, graph, placed, emit);
    } catch (error) {
      // What it came to can be seen all the same.
      outputs.discard();
      emit(shown(undefined));
      throw error;
    }
  }
  emit(done);
  if (changed !== undefined) emit({ type: 'not-cached', reason: changed });
  return { outcome, done };
}

interface Placed {
  outputs: Outputs;
  outcome: SpinOutcome;
  done: SpinDone;
  options: SpinOutputs;
}

/** Writes the outputs, once more when there was no room and some could be made. Returns which code has changed meanwhile. */
async function write(
  { store, workspace }: Session,
  graph: Graph,
  { outputs, outcome, done, options: { result, cache, codeChanged } }: Placed,
  emit: Emit,
): Promise<string | undefined> {
  const attempt = () =>
    writingOutputs(workspace, async () => {
      await outputs
        .at()
        .write(outputsOf(outcome), result(done), store.cas, outcome.files ?? [], graph.codecs, outcome.cards);
      const changed = await codeChanged?.();
      outputs.place(cache && (changed === undefined ? cache.task : ''));
      return changed;
    });
  try {
    return await attempt();
  } catch (error) {
    if (!(await madeRoomAfter(error, workspace, emit))) throw error;
    return await attempt();
  }
}

/** Where the origin's card is, to compare with. */
async function besideOf(session: Session, { origin }: SpinOutcome): Promise<Pick<SpinDone, 'originCard'>> {
  const { writeOriginCard } = await import('./origin-card');
  const file = await writeOriginCard(session, origin);
  return file === undefined ? {} : { originCard: file };
}

async function inWorker(session: Session, options: InWorkerOptions) {
  const { executeInWorker } = await import('./in-worker');
  return executeInWorker(session, options);
}

/** @throws FlowError FLOW_SECRET */
async function hidingOf(graph: Graph, needed: readonly string[]) {
  const { hiding } = await import('../engine/secrets/output');
  return hiding(graph, needed);
}

/** Loads the flow with the step's own packages, if it has any. @throws FlowError FLOW_PACKAGES */
export async function graphWithPackages(
  { graph, file, workspace, store }: Session,
  step: string,
  emit: Emit,
): Promise<Graph> {
  if (file === undefined || graph.steps.get(step)?.options.packages === undefined) return graph;
  const { graphWithPackages: load } = await import('../engine/pool/packages');
  const installing = (packages: string) => emit({ type: 'packages-installing', packages });
  const using = (set: string) => store.holds.pin([keys.pinPackages(set)]);
  return load(graph, step, { file, wanted: graph.flow, workspace, installing, using });
}
