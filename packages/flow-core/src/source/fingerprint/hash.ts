/** Short hashes of text and bytes. */
import { createHash } from 'node:crypto';

/** 128 bits of sha256, in hex: enough that two texts never meet by chance. */
export function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}
