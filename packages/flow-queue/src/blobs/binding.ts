/** A place of large values belongs to one store: another one that removed what it does not know would remove this one's. */
import { FlowError } from '@nx-flow/core/queue';
import { type Blobs, MARKER } from './blobs';

/**
 * @param store its id
 * @throws FlowError FLOW_BLOBS_STORE where the place belongs to another one, and those of the place
 */
export async function bind(blobs: Blobs, store: string): Promise<void> {
  if ((await blobs.owner()) === undefined) await blobs.own(store);
  const owner = await blobs.owner();
  if (owner === store) return;
  const message = `${blobs.url} belongs to another store: give this one a place of its own by NX_FLOW_BLOBS, such as another prefix or folder. (${MARKER} there names ${owner ?? 'none'}.)`;
  throw new FlowError('FLOW_BLOBS_STORE', message, { exit: 1 });
}
