/** What every command needs: its place, its namespace, its flow and its store. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { requireSameFlow } from '../engine/task/not-found';
import { namedStore } from '../environment/store-folder';
import { lookupNamespace } from '../environment/user';
import { openPlaceStore, type Place, placeIn, placeOf as placeOfFlow } from '../session/place';
import { besideDatabase } from '../store/level/lost-database';
import { hasDatabase } from '../store/new-store';
import { openStore } from '../store/open';
import { type Pathspec, parsePathspec } from '../store/pathspec';
import type { Store } from '../store/store';
import type { CommandSpec, Context, Parsed } from './command';

/**
 * When a command takes a flow, a printed pathspec names both flow and pathspec: `movies/12/genre/3` is
 * `movies 12/genre/3`. A file of that path wins.
 */
export function splitFlow(spec: CommandSpec, parsed: Parsed, cwd: string): Parsed {
  const [first, ...rest] = parsed.positionals;
  const [, flow, pathspec] = /^([A-Za-z_][\w-]*)\/([1-9]\d*(?:\/.+)?)$/.exec(first ?? '') ?? [];
  if (spec.positionals[0] !== '<flow>' || flow === undefined || pathspec === undefined) return parsed;
  if (existsSync(resolve(cwd, first as string))) return parsed;
  return { ...parsed, positionals: [flow, pathspec, ...rest] };
}

/** The namespace in which the newest run is looked up; undefined means all. A run's number works in any. */
export function namespaceOf({ options }: Context): string | undefined {
  return lookupNamespace(options.namespace as string | undefined);
}

/** The flow's name or file: the first argument. @throws FlowError FLOW_USAGE */
function flowArgument({ positionals }: Context): string {
  const [flow] = positionals;
  if (flow === undefined)
    throw new FlowError('FLOW_USAGE', 'Which flow? Give its name (movies) or its file (movies.flow.ts).');
  return flow;
}

export function placeOf(context: Context): Place {
  const { cwd, workspace, env } = context;
  const store = context.options.store as string | undefined;
  const place = withNotes(placeOfFlow(flowArgument(context), cwd, { store, workspace }), context);
  return env ? { ...place, env } : place;
}

/** For a command that takes no flow. */
export function placeHere(context: Context): Omit<Place, 'flow'> {
  const { cwd, workspace } = context;
  return withNotes(
    placeIn(cwd, cwd, { store: context.options.store as string | undefined, workspace }),
    context,
  );
}

/** For a command about a store as a whole, which makes none. @throws FlowError FLOW_NOT_FOUND for one that was named and is not there */
export function storeHere(context: Context): Omit<Place, 'flow'> {
  const place = placeHere(context);
  const { store } = place;
  const isNamed = namedStore(context.options.store as string | undefined) !== undefined;
  if (isNamed && !hasDatabase(store) && besideDatabase(store) === undefined)
    throw new FlowError(
      'FLOW_NOT_FOUND',
      `There is no store in ${store}: name the folder of one by --store=<folder> or NX_FLOW_STORE. Nothing was made.`,
    );
  return place;
}

/** One line for what the search for the workspace passed over. */
function withNotes<P extends Omit<Place, 'flow'>>(place: P, { output }: Context): P {
  const { passedOver, former } = place.found;
  const note = (text: string) => output.note(`${output.colors.yellow('!')} ${text}\n`);
  if (passedOver) {
    const { folder, why } = passedOver;
    note(
      `${folder} is not taken as the workspace, since ${why}: ${place.workspace} is. NX_FLOW_SAFE=${folder} allows it.`,
    );
  }
  if (former !== undefined)
    note(
      `${former} holds runs that were recorded from here before: --store=${former} uses it. The store is now ${place.store}.`,
    );
  return place;
}

/** The store of the runs, or with `--spin` of the persisted spins. @throws FlowError FLOW_RUN_NOT_FOUND */
export async function openReadStore(place: Place, { options }: Context): Promise<Store> {
  if (options.spin !== true) return openPlaceStore(place);
  const { persistedSpinsFolder } = await import('../session/persisted-spins');
  return openStore(persistedSpinsFolder(place.store, place.flow));
}

/**
 * The pathspec given after the flow; its own flow, if it names one, must be the same.
 * @param graph if known, it distinguishes a step from a flow
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
    requireSameFlow(flow, spec, text);
  }
  return spec;
}

/** @throws FlowError FLOW_USAGE for more arguments than the command takes */
export function noMoreThan(context: Context, most: number): void {
  const extra = context.positionals[most];
  if (extra !== undefined)
    throw new FlowError('FLOW_USAGE', `"${extra}" is one argument too many; see --help.`);
}
