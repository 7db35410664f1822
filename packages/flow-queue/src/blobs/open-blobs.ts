/** Where large values travel, by `NX_FLOW_BLOBS`. */
import { isAbsolute } from 'node:path';
import { FileCas, FlowError } from '@nx-flow/core/queue';
import { type Freight, noFreight } from '../wire/freight';
import { SharedFolder } from './shared-folder';

const FILE = 'file:';

/**
 * @param url `file:/mnt/flow`; undefined where none is given
 * @param cas the folder in which large values lie here
 * @param received the folder into which those go that come
 * @throws FlowError FLOW_BLOBS_URL
 */
export function openBlobs(url: string | undefined, cas: string, received = cas): Freight {
  if (!url) return noFreight;
  const folder = url.startsWith(FILE) ? url.slice(FILE.length).replace(/^\/\/(?=\/)/, '') : '';
  if (isAbsolute(folder)) return new SharedFolder(folder, new FileCas(cas), new FileCas(received));
  const shown = JSON.stringify(url.slice(0, 60));
  const message = `${shown} names no place for large values: it is file: and the absolute path of a folder that the run and its workers share, such as file:/mnt/flow.`;
  throw new FlowError('FLOW_BLOBS_URL', message);
}
