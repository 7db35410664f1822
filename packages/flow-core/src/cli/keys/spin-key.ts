/**
 * Computes the key of what `nx-flow spin <arguments>` would see: what is in it, and why, is `SpinKey` of
 * `engine/task/cache-keys.ts`. The key is computed without importing the flow, for Nx, which hashes before it
 * executes. The spin compares the key with what it finds: a result is never cached under another's key.
 */
import { randomUUID } from 'node:crypto';
import { FlowError } from '../../definition/errors';
import { depthOf, type Graph } from '../../definition/graph';
import type { Selection } from '../../engine/inputs/selection';
import { spinKeyDigest } from '../../engine/spin/read-key';
import { snapshotFile } from '../../environment/output-folders';
import { currentUser } from '../../environment/user';
import { findPlaceFile, type Place, placeOf } from '../../session/place';
import { awaitedSnapshot } from '../../session/snapshot';
import { readFlowFiles } from '../../source/flow-files';
import { staticGraph } from '../../source/static-graph';
import { hasDatabase } from '../../store/new-store';
import { openStore } from '../../store/open';
import { parseCommandLine } from '../args';
import type { Context } from '../command';
import { makeOutput } from '../render/output';
import { selectionOf } from '../selection';
import { isOfSeveral, spec } from '../specs/spin';
import { paramsKey } from './params-key';
import { keyState, type PublishedKey, selectionText, withParams } from './published-key';

/** Options whose effect is unknown before the step runs. A spin with one is executed each time. */
const OPEN = ['all', 'persist', 'artifacts', 'watch', 'freeze', 'inspect', 'inspect-brk'];

export async function spinKey(
  argv: readonly string[],
  flow: string,
  cwd: string,
): Promise<PublishedKey | undefined> {
  try {
    const parsed = parseCommandLine(spec, argv);
    const output = makeOutput(true, false);
    const context: Context = { ...parsed, cwd, output, signal: new AbortController().signal };
    const store = parsed.options.store as string | undefined;
    // Nx gives the folder of its workspace.
    const place = placeOf(parsed.positionals[0] ?? flow, cwd, { store, workspace: cwd });
    const file = await findPlaceFile(place);
    const { flows, others } = readFlowFiles(file, place.workspace);
    const source = flows.find(({ name }) => name === flow);
    const graph = source && staticGraph(source);
    // What `last:5` names, and what follows a step, are other inputs with each run.
    const open = isOfSeveral(parsed.options) || OPEN.some((option) => parsed.options[option] !== undefined);
    if (!graph || open) return executed();
    const selection = selectionOf(context, graph);
    if (!hasOutputs(context, graph, selection)) return executed();
    if (Object.keys(parsed.set).length > 0) selection.ignoreSwitch = true;
    const key = await keyIn(context, place, [file, ...others], graph, selection).catch(refused);
    return { ...key, step: selection.step };
  } catch (error) {
    if (error instanceof FlowError) return undefined;
    throw error;
  }
}

/** No inputs, or no store: the spin itself reports it. A key published for earlier inputs would be a wrong hit. */
function refused(error: unknown): PublishedKey {
  if (error instanceof FlowError) return executed();
  throw error;
}

/** Returns a key for one execution: the spin has no key to compare with. */
const executed = (): PublishedKey => ({ selection: '', key: randomUUID(), once: true });

/**
 * Whether Nx knows the folder of the outputs. It does so only by the option `step`: a pathspec names no folder,
 * and the splits of a foreach share one.
 */
function hasOutputs({ positionals, options }: Context, graph: Graph, { step, task }: Selection): boolean {
  return (
    positionals[1] === undefined && options.step === step && task === undefined && depthOf(graph, step) === 0
  );
}

/** How long to wait for a store that does not open. Other tasks wait too, and the spin itself will report why. */
const PATIENCE_MS = 3_000;

/** A store that did not open. The next flows do not wait for it again. */
let unreachable: { store: string; until: number } | undefined;

async function keyIn(
  context: Context,
  place: Place,
  files: string[],
  graph: Graph,
  selection: Selection,
): Promise<PublishedKey> {
  const snapshot = snapshotFile(place.workspace, graph.flow);
  const text = selectionText(selection, place);
  const params = paramsKey(context, place.workspace);
  const state = () => keyState(place.store, [...files, snapshot, ...params.files]);
  if (unreachable?.store === place.store && Date.now() < unreachable.until) return executed();
  const store = openStore(place.store, PATIENCE_MS);
  try {
    // The generation comes first: any later write changes it. What is not there has none, and gets one when it is made.
    if (hasDatabase(place.store)) {
      await store.kv.generation().catch((error) => {
        unreachable = { store: place.store, until: Date.now() + PATIENCE_MS };
        throw error;
      });
    }
    const now = state();
    // The spin would first import the snapshot.
    if (
      selection.run === undefined &&
      (await awaitedSnapshot(place, graph.flow, store, context.options.namespace as string | undefined))
    ) {
      return executed();
    }
    const { digest, passing } = await spinKeyDigest({ graph, store, selection, user: currentUser() });
    return passing ? executed() : { selection: text, key: withParams(digest, params), state: now };
  } finally {
    await store.close();
  }
}
