/** Outputs that cannot be written are told in one sentence, and before a step executes where that can be known. */
import { dirname } from 'node:path';
import { FlowError } from '../../definition/errors';
import { remedy, unwritable } from '../../store/writable';
import { flowsFolder } from './layout';

/** @throws FlowError FLOW_OUTPUTS_UNWRITABLE where one of these folders of outputs cannot be made, or not be written */
export function requireOutputs(workspace: string, ...folders: string[]): void {
  for (const folder of folders) {
    const code = unwritable(folder);
    if (code !== undefined) throw refused(workspace, code, remedy(code, folder));
  }
}

/** Writes outputs. @throws FlowError FLOW_OUTPUTS_UNWRITABLE for what the file system refuses below `dist/flow` */
export async function writingOutputs<T>(workspace: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const { code, path, dest } = cause as NodeJS.ErrnoException & { dest?: string };
    const outputs = flowsFolder(workspace);
    // Where something is renamed, the folder that it comes to is in question; of an open file, the path is not told.
    const at = dest === undefined ? (path ?? outputs) : dirname(dest);
    const what = at.startsWith(outputs) ? remedy(code, at) : undefined;
    throw what === undefined ? cause : refused(workspace, code as string, what, cause);
  }
}

function refused(workspace: string, code: string, what = 'make it writable', cause?: unknown): FlowError {
  const message = `The folder for outputs ${flowsFolder(workspace)} cannot be written (${code}): ${what}.`;
  return new FlowError('FLOW_OUTPUTS_UNWRITABLE', message, { cause });
}
