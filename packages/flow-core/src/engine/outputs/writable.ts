/** Reports unwritable outputs in one sentence, before a step executes if possible. */
import { dirname } from 'node:path';
import { FlowError } from '../../definition/errors';
import { flowsFolder } from '../../environment/output-folders';
import { remedy, unwritable } from '../../store/writable';

/** @throws FlowError FLOW_OUTPUTS_UNWRITABLE when one of these output folders cannot be created or written */
export function requireOutputs(workspace: string, ...folders: string[]): void {
  for (const folder of folders) {
    const code = unwritable(folder);
    if (code !== undefined) throw refused(workspace, code, remedy(code, folder));
  }
}

/** Writes outputs. @throws FlowError FLOW_OUTPUTS_UNWRITABLE when a write below `dist/flow` is refused */
export async function writingOutputs<T>(workspace: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const { code, path, dest } = cause as NodeJS.ErrnoException & { dest?: string };
    const outputs = flowsFolder(workspace);
    // For a rename, the target's folder is the problem. For an open file, the error has no path.
    const at = dest === undefined ? (path ?? outputs) : dirname(dest);
    const what = at.startsWith(outputs) ? remedy(code, at) : undefined;
    throw what === undefined ? cause : refused(workspace, code as string, what, cause);
  }
}

function refused(workspace: string, code: string, what = 'make it writable', cause?: unknown): FlowError {
  const message = `The folder for outputs ${flowsFolder(workspace)} cannot be written (${code}): ${what}.`;
  return new FlowError('FLOW_OUTPUTS_UNWRITABLE', message, { cause });
}
