/**
 * The engine's messages to and from a process that it started. They travel on file descriptors of their own, so that
 * what a flow does to `process.send`, `process.disconnect` or the listeners of `process` does not touch them. Each message
 * is marked with a key that only the two ends know: bytes that a step writes there are recognised.
 *
 * Each direction has its own descriptor. Node closes a socket as soon as a write to it fails, and with one socket for both,
 * a message to a process that has just ended would take along the unread ones that it had sent before.
 */
import { randomBytes } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { framed, framedPlain, HEAD, KEY, read, sizeOf } from './frames';

/** The file descriptors in the started process: what it is told, and what it says. */
export const FROM_PARENT = 3;
export const TO_PARENT = 4;

const { alloc, concat, from } = Buffer;

export interface Channel<Out> {
  /** @param sent called when the message has left this process, or is lost because the channel is closed */
  send(message: Out, sent?: () => void): void;
  /**
   * As {@link send}, for what JSON says as it is. Call it only where nothing that JSON uses may have been patched.
   * @param bytes travel beside it, one after another, and come with it
   */
  sendPlain(message: Out, bytes: readonly Uint8Array[]): void;
  /** Whether the channel keeps this process alive. */
  hold(held: boolean): void;
  readonly open: boolean;
  close(): void;
}

export interface ChannelListener<In> {
  /** @param bytes what came beside a plain message */
  message(message: In, bytes?: readonly Uint8Array[]): void;
  /** Called once. `damaged`: something else than a message was read, and the channel was closed. */
  closed(damaged: boolean): void;
}

/** Opens the channel to a process that was just started, by the other ends of its two descriptors. */
export function channelToChild<In, Out>(
  { toChild, fromChild }: { toChild: Socket; fromChild: Socket },
  listener: ChannelListener<In>,
): Channel<Out> {
  const key = randomBytes(KEY);
  toChild.write(key);
  const write: Write = (bytes, sent) => void toChild.write(bytes, () => sent?.());
  return new SocketChannel<In, Out>(fromChild, toChild, key, write, listener);
}

/** Opens the channel to the process that started this one. */
export function channelToParent<In, Out>(listener: ChannelListener<In>): Channel<Out> {
  const key = alloc(KEY);
  for (let at = 0; at < KEY; ) {
    const read = readSync(FROM_PARENT, key, at, KEY - at, null);
    if (read === 0) process.exit(1);
    at += read;
  }
  const socket = new Socket({ fd: FROM_PARENT, readable: true, writable: false });
  return new SocketChannel<In, Out>(socket, undefined, key, writeNow, listener);
}

/** Written before it returns: a task that ends this process in its first line cannot take the last outcome with it. */
function writeNow(bytes: Buffer, sent?: () => void): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(TO_PARENT, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') break;
      // The other end has much to read still.
      wait(PAUSE, 0, 0, 1);
    }
  }
  sent?.();
}

const { wait } = Atomics;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

type Write = (bytes: Buffer, sent?: () => void) => void;

class SocketChannel<In, Out> implements Channel<Out> {
  readonly #reader: Socket;
  /** None where messages are written at once, by the descriptor. */
  readonly #writer: Socket | undefined;
  readonly #key: Buffer;
  readonly #write: Write;
  readonly #listener: ChannelListener<In>;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes of the message that is being read, with its head; of the head alone until that is read. */
  #wanted = HEAD;
  #closed = false;

  constructor(
    reader: Socket,
    writer: Socket | undefined,
    key: Buffer,
    write: Write,
    listener: ChannelListener<In>,
  ) {
    this.#reader = reader;
    this.#writer = writer;
    this.#key = key;
    this.#write = write;
    this.#listener = listener;
    reader.on('data', (chunk: Buffer) => this.#read(chunk));
    reader.on('error', () => this.#end(false));
    reader.on('close', () => this.#end(false));
  }

  get open(): boolean {
    return !this.#closed;
  }

  send(message: Out, sent?: () => void): void {
    if (this.#closed) sent?.();
    else this.#write(framed(message, this.#key), sent);
  }

  sendPlain(message: Out, bytes: readonly Uint8Array[]): void {
    if (this.#closed) return;
    const framed = framedPlain(message, bytes, this.#key);
    // What is written later must not change until then.
    this.#write(this.#writer ? from(framed) : framed);
  }

  hold(held: boolean): void {
    // No loop: a task may have broken the iterator of arrays.
    if (held) {
      this.#reader.ref();
      this.#writer?.ref();
    } else {
      this.#reader.unref();
      this.#writer?.unref();
    }
  }

  close(): void {
    this.#closed = true;
    this.#destroy();
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (!this.#closed && this.#size >= this.#wanted) {
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : concat(this.#chunks);
      this.#take(bytes);
    }
  }

  /** Takes one message, or learns from its head how long it is. */
  #take(bytes: Buffer): void {
    if (bytes.compare(this.#key, 0, KEY, 0, KEY) !== 0) {
      this.#damaged();
      return;
    }
    this.#wanted = sizeOf(bytes);
    if (bytes.length < this.#wanted) {
      this.#keep(bytes);
      return;
    }
    let found: [message: In, bytes?: Uint8Array[]];
    try {
      found = read<In>(bytes.subarray(0, this.#wanted));
    } catch {
      this.#damaged();
      return;
    }
    this.#keep(bytes.subarray(this.#wanted));
    this.#wanted = HEAD;
    this.#listener.message(...found);
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
  }

  #damaged(): void {
    this.#end(true);
    this.#destroy();
  }

  #destroy(): void {
    this.#reader.destroy();
    this.#writer?.destroy();
  }

  #end(damaged: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.closed(damaged);
  }
}
