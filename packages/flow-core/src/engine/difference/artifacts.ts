/** Compares two artifacts: decodes both, if they are not too large. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { messageOf } from '../../definition/thrown';
import { isFile } from '../../store/cas/file';
import type { Codecs } from '../../store/values/artifacts';
import { isLater } from '../../store/values/later';
import type { ArtifactDifference } from '../task/difference';
import type { Bounds } from './bounds';
import { differenceOf } from './difference';

/** Larger artifacts are not decoded. Bytes. */
const LARGEST = 256 * 1024 * 1024;
/** The content of larger files is not compared. Bytes. */
const LARGEST_FILE = 8 * 1024 * 1024;

/** One of two artifacts. */
export interface Side {
  /** Bytes as encoded. */
  size: number;
  /** Decodes it. */
  read(): unknown;
}

/** @param codecs those of the flow, when both are decoded */
export async function differenceOfArtifacts(
  before: Side,
  after: Side,
  codecs?: () => Codecs | Promise<Codecs>,
  bounds?: Partial<Bounds>,
): Promise<ArtifactDifference> {
  const size = Math.max(before.size, after.size);
  if (size > LARGEST)
    return { notCompared: `It has ${mb(size)}, and what has more than ${mb(LARGEST)} is not compared.` };
  try {
    const values = [await decoded(before), await decoded(after)];
    return differenceOf(values[0], values[1], bounds, await codecs?.());
  } catch (error) {
    return { notCompared: messageOf(error) };
  }
}

async function decoded({ read }: Side): Promise<unknown> {
  const value = await read();
  if (isLater(value)) return value.value();
  if (!isFile(value)) return value;
  const { name, size, path } = value;
  if (size > LARGEST_FILE) return { name, size };
  const content = readFileSync(path);
  return { name, size, content: isUtf8(content) ? String(content) : content };
}

const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
