/**
 * Files that this process has read completely and verified. A step gets a file of the store by its path, and may have written it all
 * the same: what the file system says of the file has to be what it said then.
 */
import { type BigIntStats, statSync } from 'node:fs';

interface Known {
  hash: string;
  state: string;
}

/** By the file's place on the disk: it may have several names. */
const known = new Map<string, Known>();

/** What a process has verified, for one that reads the same files after it: they are looked at there, too. */
export type Verified = readonly (readonly [place: string, known: Known])[];

/** The files that this process has verified, the last ones first. */
export function verifiedFiles(most: number): Verified {
  return [...known].reverse().slice(0, most);
}

/** Takes over what another process of the same user has verified. */
export function takeVerified(files: Verified): void {
  for (const [place, one] of files) known.set(place, one);
}

/** A file system may give two changes one time that lie as close together. Milliseconds. */
const SAME_TIME_MS = 20;

/** Whether the file was verified against the hash, and not written since. */
export function isVerified(path: string, hash: string): boolean {
  const found = statOf(path);
  const was = found && known.get(placeOf(found));
  return was !== undefined && was.hash === hash && was.state === stateOf(found as BigIntStats);
}

/** Whether the file was verified, and may have been written since: it may be another one in the same place, too. */
export function isWritten(path: string, hash: string): boolean {
  const found = statOf(path);
  const was = found && known.get(placeOf(found));
  return was !== undefined && was.hash === hash && was.state !== stateOf(found as BigIntStats);
}

/** Call when its bytes were read. One that is as new as this is read again the next time. */
export function noteVerified(path: string, hash: string): void {
  const found = statOf(path);
  if (found && Date.now() - Number(found.ctimeMs) > SAME_TIME_MS) note(found, hash);
}

/** @param work changes something else of the file than its bytes, such as its time or its names */
export function keepingVerified<T>(path: string, work: () => T): T {
  const found = statOf(path);
  const was = found && known.get(placeOf(found));
  const isSame = was?.state === (found && stateOf(found));
  const result = work();
  const now = was && isSame ? statOf(path) : undefined;
  if (was && now) note(now, was.hash);
  return result;
}

function note(found: BigIntStats, hash: string): void {
  known.set(placeOf(found), { hash, state: stateOf(found) });
}

const statOf = (path: string) => statSync(path, { bigint: true, throwIfNoEntry: false });
const placeOf = ({ dev, ino }: BigIntStats) => `${dev}:${ino}`;
const stateOf = ({ size, mtimeNs, ctimeNs }: BigIntStats) => `${size} ${mtimeNs} ${ctimeNs}`;
