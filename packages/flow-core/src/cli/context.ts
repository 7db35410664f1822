/** What every command needs: where it is, whose it is, which flow and which store it speaks of. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { findFlowFile, looksLikeFile, stem } from '../source/find';
import { lookupNamespace } from '../source/user';
import { findWorkspace, storeFolder } from '../source/workspace';
import { type Codecs, decodeArtifact, isBuiltIn } from '../store/artifacts';
import { openStore } from '../store/open';
import { type Pathspec, parsePathspec } from '../store/pathspec';
import type { ArtifactRecord } from '../store/rows';
import type { Store } from '../store/store';
import type { Parsed } from './args';
import type { Output } from './render/output';

export interface Context extends Parsed {
  cwd: string;
  output: Output;
  /** Anything that the process was asked to end by, such as Ctrl-C. */
  signal: AbortSignal;
  /** Of `step`: what it depends on beside what is handed over, where the caller knows that. */
  stepKey?: string;
  /** Of `step` and `snapshot`: executes also where what the step left still stands, or a run of today's code is there. */
  again?: boolean;
  /** The hash by which a cache will know the outputs. */
  task?: string;
  /**
   * Asked when a step has been executed, before its outputs are put in their place: what of it was not as the caller had
   * it when it gave `task`, as the beginning of a sentence. Then the outputs are nothing for a cache.
   */
  moved?: () => Promise<string | undefined>;
  /** Of `snapshot`: folders that the flow may read beside its own. */
  reads?: string[];
  /** Of `spin`: keys that were published, by selection; its own must be among them, and hold. */
  heads?: Record<string, string[]>;
}

/** Whose runs count where the newest is looked up; undefined for everybody's. A run named by its number may be anyone's. */
export function namespaceOf({ options }: Context): string | undefined {
  return lookupNamespace(options.namespace as string | undefined);
}

/** A flow's name or file, as given first. @throws FlowError FLOW_USAGE */
function flowArgument({ positionals }: Context): string {
  const [flow] = positionals;
  if (flow === undefined)
    throw new FlowError('FLOW_USAGE', 'Which flow? Give its name (movies) or its file (movies.flow.ts).');
  return flow;
}

export interface Place {
  flow: string;
  workspace: string;
  store: string;
}

export function placeOf(context: Context): Place {
  const flow = flowArgument(context);
  // A file says where its workspace is, from wherever the command is given.
  const workspace = findWorkspace(looksLikeFile(flow) ? resolve(context.cwd, flow, '..') : context.cwd);
  return {
    flow,
    workspace,
    store: storeFolder(workspace, context.cwd, context.options.store as string | undefined),
  };
}

/**
 * Opens the store first: its broker comes up while the flow is imported. But a folder becomes a store only for a flow
 * that is there. @throws FlowError FLOW_STORE_UNWRITABLE, FLOW_NOT_FOUND
 */
export async function openPlaceStore(place: Place, context: Context): Promise<Store> {
  if (context.options.spin === true) {
    const { keptSpins } = await import('./keep');
    return openStore(keptSpins(place.store, place.flow));
  }
  if (!existsSync(place.store)) await findPlaceFile(place, context);
  return openStore(place.store);
}

/** What the reading commands work on. */
export interface Recorded {
  flow: string;
  place: Place;
  store: Store;
  /** What was given after the flow, in order. */
  specs: Pathspec[];
  /** The first of them. */
  spec: Pathspec;
  /** Whose runs count as the newest; undefined for everybody's. */
  namespace: string | undefined;
}

/**
 * The beginning and the end of every command that reads what was recorded. A name without runs is a flow of the
 * workspace, or a mistake. @param most pathspecs that the command takes
 * @throws FlowError FLOW_USAGE, FLOW_NOT_FOUND, FLOW_PATHSPEC, FLOW_PATHSPEC_FLOW, FLOW_STORE_UNWRITABLE
 */
export async function reading(
  context: Context,
  most: number,
  read: (recorded: Recorded) => Promise<void>,
): Promise<number> {
  noMoreThan(context, 1 + most);
  const place = placeOf(context);
  const store = await openPlaceStore(place, context);
  try {
    const flow = await flowName(place, context);
    const specs = context.positionals.slice(1).map((text) => pathspecOf(text, flow));
    if (!(await store.latest(flow))) {
      await findPlaceFile(place, context);
      if (context.options.spin === true) throw (await import('./keep')).nothingKept(place.store, flow);
    }
    await read({ flow, place, store, specs, spec: specs[0] ?? {}, namespace: namespaceOf(context) });
    return 0;
  } finally {
    await store.close();
  }
}

/** @throws FlowError FLOW_NOT_FOUND, FLOW_AMBIGUOUS */
export function findPlaceFile(place: Place, context: Context): Promise<string> {
  return findFlowFile(place.flow, context.cwd, place.workspace);
}

/** @throws FlowError what importing the flow throws */
export async function loadPlaceFlow(place: Place, file: string): Promise<Graph> {
  // Relative paths in a flow count from the workspace, while it is imported as while a step runs.
  process.chdir(place.workspace);
  const { loadFlow } = await import('../source/load');
  return loadFlow(file, place.flow);
}

/**
 * Reads artifacts for commands that only read the store. The flow is imported for its codecs, when there is an artifact
 * that one of them stored.
 */
export function decoderOf({ store, place }: Recorded, context: Context): Decode {
  let codecs: Promise<Codecs> | undefined;
  return async (record) => {
    if (!isBuiltIn(record)) codecs ??= codecsOf(place, context, record.codec);
    return decodeArtifact(record, store.cas, await codecs);
  };
}
export type Decode = (record: ArtifactRecord) => Promise<unknown>;

/** @throws FlowError FLOW_CODEC_UNKNOWN */
async function codecsOf(place: Place, context: Context, id: string): Promise<Codecs> {
  try {
    return (await loadPlaceFlow(place, await findPlaceFile(place, context))).codecs;
  } catch (cause) {
    const why = (cause as Error).message;
    const message = `The codec "${id}" stored an artifact, and the flow that registers it cannot be imported: ${why}`;
    throw new FlowError('FLOW_CODEC_UNKNOWN', message, { cause, exit: 1 });
  }
}

/** The flow's name for commands that only read the store: they work for a flow whose file is broken or gone. */
export async function flowName(place: Place, context: Context): Promise<string> {
  if (!looksLikeFile(place.flow)) return place.flow;
  const file = await findFlowFile(place.flow, context.cwd, place.workspace);
  const { indexFlows } = await import('../source/find');
  const names = (await indexFlows(place.workspace)).filter((f) => f.file === file).map(({ name }) => name);
  return names.length === 1 ? (names[0] as string) : stem(file);
}

/**
 * The pathspec given after the flow; its own flow, if it names one, must be the same.
 * @param graph Where it is known: tells a step from a flow.
 * @throws FlowError FLOW_PATHSPEC, FLOW_PATHSPEC_FLOW
 */
export function pathspecOf(text: string | undefined, flow: string, graph?: Graph): Pathspec {
  if (text === undefined) return {};
  const spec = parsePathspec(text);
  if (spec.flow !== undefined && spec.flow !== flow) {
    if (spec.step === undefined && graph?.steps.has(spec.flow)) {
      const right = `a pathspec is run/step/task: give the run too, such as 12/${text}.`;
      throw new FlowError('FLOW_PATHSPEC', `"${text}" lacks the run: ${right}`);
    }
    throw new FlowError(
      'FLOW_PATHSPEC_FLOW',
      `"${text}" is a pathspec of the flow "${spec.flow}", but this is "${flow}".`,
    );
  }
  return spec;
}

/** @throws FlowError FLOW_USAGE for more arguments than the command takes */
export function noMoreThan(context: Context, most: number): void {
  const extra = context.positionals[most];
  if (extra !== undefined)
    throw new FlowError('FLOW_USAGE', `"${extra}" is one argument too many; see --help.`);
}

/** Gives a flow the options of `--with`. @throws FlowError FLOW_WITH */
export async function forAllSteps({ options }: Context): Promise<(graph: Graph) => Graph> {
  if (options.with === undefined) return (graph) => graph;
  const { optionsForAll, withOptions } = await import('../definition/with');
  const given = optionsForAll(options.with as string[]);
  return (graph) => withOptions(graph, given);
}

/** Parameters from `--params-file`, and on top of them those given one by one. @throws FlowError FLOW_PARAMS_FILE */
export function givenParams({ params, options, cwd }: Context): Record<string, unknown> {
  const given = options['params-file'] as string | undefined;
  if (given === undefined) return params;
  const file = resolve(cwd, given);
  if (!existsSync(file)) {
    const message = `There is no file ${file}: --params-file takes a JSON object of parameters.`;
    throw new FlowError('FLOW_PARAMS_FILE', message);
  }
  let values: unknown;
  try {
    values = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0];
    throw new FlowError('FLOW_PARAMS_FILE', `${file} cannot be read as JSON: ${why}`, { cause });
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new FlowError('FLOW_PARAMS_FILE', `${file} holds no JSON object: it takes { "name": value, … }.`);
  }
  return { ...values, ...params };
}
