/** Flows of the workspace: their files, and what these say when they are imported, each time in a process of its own. */
import { askFlow, type FlowAnswers, FlowError, type FlowQuestion, type OrphanGuard } from '@nx-flow/core/ui';
import { flowFile } from './read/flow-file';
import type { Reader } from './read/reader';

/** Where flows are, and what ends the processes that are asked. */
export interface FlowsPlace {
  workspace: string;
  cwd: string;
  /** Whether `.env` files are loaded. */
  env: boolean;
  reader: Reader;
  guard: OrphanGuard;
  ending: AbortSignal;
}

/** @throws FlowError FLOW_NOT_FOUND where the workspace has no such flow, or several, and what importing it throws */
export async function askAbout<Q extends FlowQuestion>(
  here: FlowsPlace,
  flow: string,
  question: Q,
): Promise<FlowAnswers[Q['ask']]> {
  const { workspace, cwd, env, reader, guard, ending } = here;
  const file = await requireFile(here, flow);
  return askFlow({ ...{ workspace, cwd, env, flow, file }, store: reader.folder }, question, {
    guard,
    signal: ending,
  });
}

/** @throws FlowError FLOW_NOT_FOUND */
export async function requireFile(
  { workspace }: Pick<FlowsPlace, 'workspace'>,
  flow: string,
): Promise<string> {
  const file = await flowFile({ workspace }, flow);
  if (file !== undefined) return file;
  const message = `The flow "${flow}" has no file in this workspace, or several: it can be looked at, and not executed from here.`;
  throw new FlowError('FLOW_NOT_FOUND', message);
}
