/** Where the files of flows are. */
import { FlowError } from '@nx-flow/core/ui';
import { flowFile } from '../read/flow-file';

/** @throws FlowError FLOW_NOT_FOUND where the workspace has no such flow, or several */
export async function requireFile({ workspace }: { workspace: string }, flow: string): Promise<string> {
  const file = await flowFile({ workspace }, flow);
  if (file !== undefined) return file;
  const message = `The flow "${flow}" has no file in this workspace, or several: it can be looked at, and not executed from here.`;
  throw new FlowError('FLOW_NOT_FOUND', message);
}
