/** A connection to a broker, from its first message on. */
import type { Socket } from 'node:net';
import { type Hello, MESSAGES, type Push, type Reply, Unframer } from './protocol';

/** How long a broker may take for its first message. Milliseconds. */
const HELLO_MS = 2000;

/** More than that is no greeting. */
const HELLO_BYTES = 64 * 1024;

export interface Connection {
  socket: Socket;
  hello: Hello;
  /** Reads what comes next. */
  unframer: Unframer<Reply | Push>;
  /** What came with the greeting. */
  more: (Reply | Push)[];
}

/**
 * Waits for the greeting on a socket that is connected. Undefined where none comes in time: the broker was stopped, or what
 * listens there is none. Then the socket is closed.
 */
export function greeted(socket: Socket): Promise<Connection | undefined> {
  const unframer = new Unframer<Reply | Push>(HELLO_BYTES);
  return new Promise((resolve) => {
    const end = (connection?: Connection) => {
      clearTimeout(timer);
      socket.off('error', fail).off('close', fail).off('data', hear);
      if (!connection) socket.on('error', () => {}).destroy();
      resolve(connection);
    };
    const fail = () => end();
    const timer = setTimeout(fail, HELLO_MS);
    const hear = (chunk: Buffer) => {
      let messages: (Reply | Push)[];
      try {
        messages = unframer.push(chunk);
      } catch {
        return end();
      }
      const [first, ...more] = messages;
      if (!first) return;
      const hello = isHello(first) ? first.hello : undefined;
      unframer.largest = Number.POSITIVE_INFINITY;
      end(hello && { socket, hello, unframer, more });
    };
    socket.on('error', fail).on('close', fail).on('data', hear);
  });
}

/** Hears what comes after the greeting. A reply that cannot be read, perhaps for lack of memory, ends the connection: another one is tried. */
export function hearFrom(
  socket: Socket,
  unframer: Unframer<Reply | Push>,
  hear: (messages: (Reply | Push)[]) => void,
): void {
  socket.on('data', (chunk: Buffer) => {
    let messages: (Reply | Push)[];
    try {
      messages = unframer.push(chunk);
    } catch {
      socket.destroy();
      return;
    }
    hear(messages);
  });
  socket.on('error', () => socket.destroy());
}

function isHello(message: unknown): message is { hello: Hello } {
  const { hello } = (message ?? {}) as { hello?: Partial<Hello> };
  return hello?.messages === MESSAGES && Number.isSafeInteger(hello.pid);
}
