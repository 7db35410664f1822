/** Redirects what this process prints to a callback instead of its streams. */
import { StringDecoder } from 'node:string_decoder';

export type Heard = (stream: 'stdout' | 'stderr', text: string) => void;

type Stream = NodeJS.WriteStream & { destroySoon(): void };
type Method = (...args: unknown[]) => unknown;
type Replaced = 'write' | 'end' | 'destroy' | 'destroySoon' | 'cork' | 'uncork';

/**
 * Returns a function that restores the streams. Bytes may be cut inside a character.
 * A step that ends or destroys the stream ends nothing: others print there, too.
 * @param ours Whether what calls now is to be heard. What is not goes to the streams. By default all is.
 */
export function captureOutput(heard: Heard, ours?: () => boolean): () => void {
  const restore = (['stdout', 'stderr'] as const).map((name) => capture(name, heard, ours));
  return () => {
    for (const one of restore) one();
  };
}

function capture(name: 'stdout' | 'stderr', heard: Heard, ours?: () => boolean): () => void {
  const stream = process[name] as Stream;
  const decoder = new StringDecoder('utf8');
  const write = (given: unknown, encoding?: unknown, done?: unknown) => {
    const chunk = given as Uint8Array | string;
    const binary = typeof encoding === 'string' && !/^utf-?8$/i.test(encoding);
    const text =
      typeof chunk !== 'string'
        ? decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
        : binary
          ? Buffer.from(chunk, encoding as BufferEncoding).toString('utf8')
          : chunk;
    if (text !== '') heard(name, text);
    callLater(encoding, done);
    return true;
  };
  const end = (chunk?: unknown, encoding?: unknown, done?: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) write(chunk, encoding, done);
    else callLater(chunk, encoding, done);
    return stream;
  };
  const leave = () => stream;
  const replaced: Record<Replaced, Method> = {
    ...{ write, end, destroy: leave, destroySoon: leave },
    ...{ cork: leave, uncork: leave },
  };
  const before = new Map<string, PropertyDescriptor | undefined>();
  for (const [method, hears] of Object.entries(replaced)) {
    before.set(method, Object.getOwnPropertyDescriptor(stream, method));
    const passes = stream[method as Replaced] as Method;
    const value = ours
      ? (...args: unknown[]) => (ours() ? hears(...args) : passes.apply(stream, args))
      : hears;
    Object.defineProperty(stream, method, { configurable: true, enumerable: false, writable: true, value });
  }
  return () => {
    for (const [method, descriptor] of before) {
      if (descriptor) Object.defineProperty(stream, method, descriptor);
      else Reflect.deleteProperty(stream, method);
    }
  };
}

/** The first function among the arguments of `write` or `end` is its callback. */
function callLater(...args: unknown[]): void {
  const done = args.find((arg) => typeof arg === 'function');
  if (done) process.nextTick(done as () => void);
}
