/** Work in the folder of a store into which a run is imported. */
import { notWritten } from '../../store/folder/no-room';
import { unwritableStore } from '../../store/folder/require-writable';

/** Reports a refusal of the file system in one sentence. @param folder the store's */
export async function attempt<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (['EACCES', 'EPERM', 'EROFS'].includes(code ?? '')) throw unwritableStore(folder, code, cause);
    throw notWritten(folder, cause);
  }
}
