/** Reads the handovers of earlier steps into a store from which a run can take tasks over. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FlowError } from '../../definition/errors';
import { ancestors, type Graph } from '../../definition/graph';
import { stepFolder } from '../../environment/output-folders';
import { FileCas } from '../../store/cas/cas';
import { keepingVerified } from '../../store/cas/verified';
import type { Op } from '../../store/kv/kv';
import { MemoryKv } from '../../store/kv/memory';
import { record } from '../../store/rows/records';
import { isArtifactMeta, isArtifactName, isTaskRow } from '../../store/rows/row-shapes';
import type { ArtifactRecord, RunRow } from '../../store/rows/rows';
import { Store } from '../../store/store';
import { startedRun } from '../record/build-run-row';
import { HANDED_FILE, HANDOVER_VERSION, type Handed, type HandedArtifact } from './layout';

/** The number of the run that holds the handed-over tasks in the store of one step's execution. */
const ORIGIN = 1;

/**
 * A store in memory that holds the tasks of all steps before `step`; large values are linked into `casFolder`.
 * @throws FlowError FLOW_HANDOVER
 */
export async function readHandovers(
  {
    graph,
    step,
    workspace,
    paramsDigest,
  }: { graph: Graph; step: string; workspace: string; paramsDigest: string },
  casFolder: string,
): Promise<{ store: Store; origin: RunRow }> {
  const store = new Store(new MemoryKv(), new FileCas(casFolder));
  const origin = originRow(graph);
  const ops: Op[] = [...record.run(origin)];
  for (const before of ancestors(graph, step)) {
    if (before === step) continue;
    const folder = stepFolder(workspace, graph.flow, before);
    const cas = new FileCas(join(folder, 'cas'));
    const handed = await handedIn(graph.flow, before, folder);
    if (handed.paramsDigest !== paramsDigest) throw otherParameters(before, step);
    for (const { row, artifacts } of handed.tasks) {
      ops.push(record.task(graph.flow, ORIGIN, row));
      for (const [name, artifact] of artifacts) {
        const address = { flow: graph.flow, run: ORIGIN, step: before, task: row.task, name };
        ops.push(record.artifact(address, unpacked(artifact)));
        if (artifact.hash !== undefined)
          link(cas.path(artifact.hash), store.cas.path?.(artifact.hash) as string);
      }
    }
  }
  // Run 1 holds the handed-over tasks. The step's own run is the next.
  await store.claimRun(graph.flow, 'handed over');
  await store.commit(ops);
  return { store, origin };
}

/** Waits for a moment without the folder: another command may be replacing it. */
async function handedIn(flow: string, step: string, folder: string): Promise<Handed> {
  for (let waited = 0; waited < PATIENCE_MS && !existsSync(join(folder, HANDED_FILE)); waited += PAUSE_MS)
    await delay(PAUSE_MS);
  return readHanded(flow, step, folder);
}

const PATIENCE_MS = 100;
const PAUSE_MS = 10;

function readHanded(flow: string, step: string, folder: string): Handed {
  const file = join(folder, HANDED_FILE);
  let handed: Handed;
  try {
    handed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const gone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FlowError(
      'FLOW_HANDOVER',
      gone
        ? `"${step}" has handed nothing over yet: execute it first, as \`nx-flow step ${flow} ${step}\` or by its target spin-${step}.`
        : `${file} cannot be read: execute "${step}" again. ${(cause as Error).message}`,
      { cause, exit: 1 },
    );
  }
  if (handed?.version === HANDOVER_VERSION && handed.flow === flow && handed.step === step) {
    if (isHanded(handed, step)) return handed;
    throw new FlowError(
      'FLOW_HANDOVER',
      `${file} is damaged: it has what no step hands over. Execute "${step}" again.`,
      { exit: 1 },
    );
  }
  throw new FlowError(
    'FLOW_HANDOVER',
    `${file} was written by another version of nx-flow: execute "${step}" again.`,
    { exit: 1 },
  );
}

/** A cache may have been given the file by somebody else: all that is used of it is looked at. */
function isHanded({ tasks, paramsDigest }: Handed, step: string): boolean {
  return (
    typeof paramsDigest === 'string' &&
    Array.isArray(tasks) &&
    tasks.every(
      (task) =>
        isTaskRow(task?.row) &&
        task.row.step === step &&
        Array.isArray(task.artifacts) &&
        task.artifacts.every(isHandedArtifact),
    )
  );
}

function isHandedArtifact(given: unknown): boolean {
  const [name, artifact] = Array.isArray(given) ? given : [];
  if (!isArtifactName(name) || !isArtifactMeta(artifact)) return false;
  const { bytes, hash } = artifact as HandedArtifact;
  return (typeof bytes === 'string') !== (hash !== undefined);
}

/** Other parameters come from one target's options, or from another command that executes the flow meanwhile. */
function otherParameters(before: string, step: string): FlowError {
  const message =
    `"${before}" was executed on other parameters than "${step}" is to be: give all steps the same, by the command ` +
    `or in the options of every target, and let one command execute the flow at a time.`;
  return new FlowError('FLOW_HANDOVER', message, { exit: 1 });
}

function unpacked({ bytes, ...meta }: HandedArtifact): ArtifactRecord {
  return bytes === undefined ? meta : { ...meta, bytes: Buffer.from(bytes, 'base64') };
}

/** Makes both names one file. Copies only when the file system cannot link. */
export function link(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  try {
    keepingVerified(from, () => linkSync(from, to));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code === 'ENOENT') {
      throw new FlowError('FLOW_HANDOVER', `The file ${from}, which was handed over, is gone.`, {
        cause: error,
        exit: 1,
      });
    }
    copyFileSync(from, to);
  }
}

function originRow(graph: Graph): RunRow {
  const row = startedRun({ graph, run: ORIGIN, user: '', namespace: '', paramInputs: {} });
  return { ...row, status: 'done' };
}
