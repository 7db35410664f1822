/** Where large values lie, by `NX_FLOW_BLOBS`. */
import { isAbsolute } from 'node:path';
import { FlowError } from '@nx-flow/core/queue';
import type { Blobs } from './blobs';
import { Bucket } from './bucket';
import { Folder } from './folder';

const FILE = 'file:';
const S3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/*$/;

/**
 * @param url `file:/mnt/flow` or `s3://bucket/prefix`
 * @throws FlowError FLOW_BLOBS_URL
 */
export function openBlobs(url: string): Blobs {
  const folder = url.startsWith(FILE) ? url.slice(FILE.length).replace(/^\/\/(?=\/)/, '') : '';
  if (isAbsolute(folder)) return new Folder(folder);
  const [, bucket, prefix = ''] = S3.exec(url) ?? [];
  const parts = prefix.split('/');
  const isPrefix = prefix === '' || parts.every((part) => /^[\w.=-]+$/.test(part) && !/^\.+$/.test(part));
  if (bucket !== undefined && isPrefix) return new Bucket(bucket, prefix === '' ? '' : `${prefix}/`);
  // There may be keys in it.
  const shown = url.includes('@') ? 'NX_FLOW_BLOBS' : JSON.stringify(url.slice(0, 60));
  const message = `${shown} names no place for large values: it is file: and the absolute path of a folder that the run and its workers share, such as file:/mnt/flow, or a bucket and a prefix, such as s3://models/flow. Keys are given by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
  throw new FlowError('FLOW_BLOBS_URL', message);
}
