/** Reports unwritable outputs in one sentence, before a step executes if possible. Makes room for them on a full disk. */
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { FlowError } from '../../definition/errors';
import { flowsFolder } from '../../environment/output-folders';
import { LEAST_ROOM, lackOfRoom, noRoom } from '../../store/folder/no-room';
import { remedy, unwritable } from '../../store/folder/writable';
import type { Emit } from '../task/flow-event';

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

/** Makes room for outputs where there is hardly any, and says what was removed. Call before a step executes. */
export async function roomForOutputs(workspace: string, emit: Emit): Promise<void> {
  try {
    const { bavail, bsize } = statfsSync(onDisk(workspace));
    if (bavail * bsize >= LEAST_ROOM) return;
  } catch {
    // Not every file system says so.
    return;
  }
  await madeRoom(workspace, emit);
}

/** Whether an error is about room, and some was made. */
export async function madeRoomAfter(error: unknown, workspace: string, emit: Emit): Promise<boolean> {
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  return cause !== undefined && noRoom(cause) !== undefined && (await madeRoom(workspace, emit));
}

async function madeRoom(workspace: string, emit: Emit): Promise<boolean> {
  const { makeRoom } = await import('../../store/folder/make-room');
  const done = makeRoom(onDisk(workspace), { workspaces: [workspace] });
  if (done !== undefined) emit({ type: 'room-made', folder: flowsFolder(workspace), what: done });
  return done !== undefined;
}

/** The folder of outputs, or the one that it will be made in. */
function onDisk(workspace: string): string {
  const outputs = flowsFolder(workspace);
  const found = [outputs, dirname(outputs)].find((folder) => statSync(folder, { throwIfNoEntry: false }));
  return found ?? workspace;
}

function refused(workspace: string, code: string, what = 'make it writable', cause?: unknown): FlowError {
  const full = noRoom({ message: '', code }) !== undefined;
  // What had been written until then is gone again: what is free by now says nothing.
  const lack = full
    ? cause
      ? 'they take more than its disk has, so '
      : lackOfRoom(onDisk(workspace), code)
    : '';
  const message = `The folder for outputs ${flowsFolder(workspace)} cannot be written (${code}): ${lack}${what}.`;
  return new FlowError('FLOW_OUTPUTS_UNWRITABLE', message, { cause, exit: full ? 1 : 2 });
}
