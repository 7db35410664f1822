/** What every command needs: where it is, whose it is, which flow and which store it speaks of. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { lookupNamespace } from '../environment/user';
import { findWorkspace, storeFolder } from '../environment/workspace';
import { findPlaceFile, type Place } from '../session/place';
import { looksLikeFile } from '../source/find';
import { openStore } from '../store/open';
import { type Pathspec, parsePathspec } from '../store/pathspec';
import type { Store } from '../store/store';
import type { Context } from './command';

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
    const { keptSpins } = await import('../session/kept-spins');
    return openStore(keptSpins(place.store, place.flow));
  }
  if (!existsSync(place.store)) await findPlaceFile(place, context);
  return openStore(place.store);
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
