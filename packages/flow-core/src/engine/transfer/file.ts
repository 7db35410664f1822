/** Exports runs to files and imports them. A file is complete or does not exist. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FlowError, isFlowError } from '../../definition/errors';
import { type Target, targetOf } from '../../environment/target';
import { sweepTemporary, temporaryName } from '../../environment/temporary';
import { type Exported, type ExportOptions, exportRun } from './export';
import type { Head } from './format';
import { type Imported, type ImportOptions, importRun, readHead } from './import';
import { FrameReader } from './read';
import { writeAll } from './stage';
import { piecesOf } from './values';

const WHY: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EFBIG: 'the file would be too large',
  EISDIR: 'it is a folder',
  ENOTDIR: 'its folder is a file',
  ELOOP: 'it is a link to itself',
  ENOENT: 'its folder is not there',
};

/**
 * Writes a temporary sibling file and renames it at the end. An existing file stays until then, or if this fails. Of a symbolic
 * link, the file that it leads to is written.
 * @throws FlowError FLOW_EXPORT_FILE, and those of {@link exportRun}
 */
export async function exportToFile(file: string, options: Omit<ExportOptions, 'sink'>): Promise<Exported> {
  const target = requireTarget(file);
  sweepTemporary(dirname(target));
  const part = join(dirname(target), `${temporaryName()}.part`);
  try {
    const handle = await open(part, 'wx');
    let exported: Exported;
    try {
      exported = await exportRun({ ...options, sink: { write: (bytes) => writeAll(handle, bytes) } });
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(part, target);
    return exported;
  } catch (cause) {
    await rm(part, { force: true }).catch(() => {});
    const { code } = cause as NodeJS.ErrnoException;
    if (isFlowError(cause) || code === undefined) throw cause;
    throw unwritable(file, code, cause);
  }
}

function unwritable(file: string, code: string, cause: unknown): FlowError {
  const why = WHY[code] ?? 'it is not writable';
  const help =
    code === 'ENOSPC' || code === 'EDQUOT' ? ': make room there, or name a file on another disk' : '';
  const message = `${file} cannot be written: ${why} (${code})${help}.`;
  return new FlowError('FLOW_EXPORT_FILE', message, { cause, exit: 1 });
}

/** The path that is written in the end. @throws FlowError FLOW_EXPORT_FILE for what an export must not replace */
export function requireTarget(file: string): string {
  let target: Target;
  try {
    target = targetOf(file);
  } catch (cause) {
    throw unwritable(file, (cause as NodeJS.ErrnoException).code ?? 'EIO', cause);
  }
  const { path, kind, store } = target;
  const why =
    store !== undefined
      ? `it lies in the store ${store}, where nothing but nx-flow writes: name a file elsewhere`
      : kind === 'folder'
        ? 'it is a folder: name a file in it'
        : kind === 'nothing' || kind === 'file'
          ? undefined
          : `it is a ${kind}: name a file, or - for stdout`;
  if (why === undefined) return path;
  throw new FlowError('FLOW_EXPORT_FILE', `${file} cannot be written: ${why}.`);
}

/** @throws FlowError FLOW_IMPORT_FILE, and those of {@link importRun} */
export async function importFromFile(
  file: string,
  options: Omit<ImportOptions, 'source' | 'progress'> & { progress?(read: number, of: number): void },
): Promise<Imported> {
  const handle = await openFile(file);
  try {
    const { size } = await handle.stat();
    const { progress, ...rest } = options;
    return await importRun({
      ...rest,
      source: piecesOf(handle),
      ...(progress ? { progress: (read: number) => progress(read, size) } : {}),
    });
  } finally {
    await handle.close();
  }
}

/**
 * Reads the head of a file. The rest is neither read nor verified.
 * @throws FlowError FLOW_IMPORT_FILE, FLOW_IMPORT_CORRUPT, FLOW_IMPORT_FORMAT
 */
export async function headOfFile(file: string): Promise<Head> {
  const handle = await openFile(file);
  try {
    return await readHead(new FrameReader(piecesOf(handle), file));
  } finally {
    await handle.close();
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, 'r');
    if (!(await handle.stat()).isDirectory()) return handle;
    await handle.close();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message =
      code === 'ENOENT' ? `There is no file ${file}.` : `The file ${file} cannot be read (${code}).`;
    throw new FlowError('FLOW_IMPORT_FILE', message, { cause });
  }
  throw new FlowError('FLOW_IMPORT_FILE', `${file} is a folder.`);
}
