/** Content-addressed values in memory. A value that is requested as a file is written to a temporary one. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cas, changed, corrupt, READ_ONLY } from './cas';
import { hashFile, type Look } from './file';
import { isVerified, noteVerified } from './verified';

export class MemoryCas implements Cas {
  readonly #values = new Map<string, Uint8Array>();
  #folder: string | undefined;

  async write(bytes: Uint8Array): Promise<string> {
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.#values.set(hash, new Uint8Array(bytes));
    return hash;
  }

  read(hash: string): Uint8Array {
    const bytes = this.#values.get(hash);
    if (!bytes) throw corrupt(`The store has lost the bytes ${hash}.`);
    return new Uint8Array(bytes);
  }

  async writeFile(path: string, look?: Look): Promise<{ hash: string; size: number }> {
    const bytes = readFileSync(path);
    look?.(bytes);
    return { hash: await this.write(bytes), size: bytes.length };
  }

  async writeStream(pieces: AsyncIterable<Uint8Array>, look?: Look): Promise<{ hash: string; size: number }> {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) {
      look?.(piece);
      all.push(new Uint8Array(piece));
    }
    const bytes = Buffer.concat(all);
    return { hash: await this.write(bytes), size: bytes.length };
  }

  has(hash: string): boolean {
    return this.#values.has(hash);
  }

  async renew(hash: string): Promise<boolean> {
    return this.has(hash);
  }

  file(hash: string): string {
    const bytes = this.read(hash);
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), 'nx-flow-files-'));
      process.once('exit', () => this.close());
    }
    const path = join(this.#folder, hash);
    if (!existsSync(path)) writeFileSync(path, bytes, { mode: READ_ONLY });
    else if (!isVerified(path, hash)) {
      if (hashFile(path).hash !== hash) throw changed(path);
      noteVerified(path, hash);
    }
    return path;
  }

  close(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}
