/** Redirects what this process prints to a callback instead of its streams. */
import { StringDecoder } from 'node:string_decoder';

export type Heard = (stream: 'stdout' | 'stderr', text: string) => void;

/** Returns a function that restores the streams. Bytes may be cut inside a character. */
export function captureOutput(heard: Heard): () => void {
  const before = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    process[stream].write = ((chunk: Uint8Array | string, encoding?: unknown, done?: unknown) => {
      const binary = typeof encoding === 'string' && !/^utf-?8$/i.test(encoding);
      const text =
        typeof chunk !== 'string'
          ? decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
          : binary
            ? Buffer.from(chunk, encoding as BufferEncoding).toString('utf8')
            : chunk;
      if (text !== '') heard(stream, text);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') process.nextTick(callback as () => void);
      return true;
    }) as typeof process.stdout.write;
  }
  return () => {
    process.stdout.write = before.stdout;
    process.stderr.write = before.stderr;
  };
}
