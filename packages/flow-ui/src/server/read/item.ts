/** What a split was given: an item of the list that its foreach splits. */
import { isLater, previewOf, type Run, type StoreClient, type Task, typeOf } from '@nx-flow/core/ui';
import type { ArtifactEntry } from '../../api/routes';

/** Bytes of a list that is read for one item of it, and characters of a line. */
const [READ, WIDTH] = [1024 * 1024, 80];

/** Empty where there is none, or the list is gone. The size is that of the list: no item has one of its own. */
export async function itemOf(
  client: StoreClient,
  run: Run<unknown>,
  task: Task<unknown>,
): Promise<ArtifactEntry[]> {
  const frame = task.stack.at(-1);
  if (task.kind !== 'foreach' || frame === undefined || run.spunFrom) return [];
  const { over, index, shownBy } = frame;
  try {
    const list = await (await client.task(`${run.pathspec}/${shownBy}`)).artifact(over);
    const value: unknown = list.size > READ ? undefined : list.value();
    const item: unknown = Array.isArray(value) ? value[index] : undefined;
    const told =
      item === undefined || isLater(item) ? {} : { type: typeOf(item), preview: previewOf(item, WIDTH) };
    const pathspec = list.pathspec.split('/').slice(0, 4).join('/');
    const { size, digest } = list;
    return [{ name: 'input', type: '', ...told, size, digest, pathspec, in: { name: over, path: [index] } }];
  } catch {
    return [];
  }
}
