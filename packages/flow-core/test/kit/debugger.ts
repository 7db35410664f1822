/** A client of Node's inspector: just enough WebSocket for its protocol, on the loopback interface. */
import { get } from 'node:http';
import type { Socket } from 'node:net';

type Message = { id?: number; method?: string; params?: unknown; result?: unknown };

export class Debugger {
  #last = 0;
  #buffer = Buffer.alloc(0);
  readonly #answers = new Map<number, (result: unknown) => void>();

  private constructor(
    readonly socket: Socket,
    readonly heard: (method: string, params: unknown) => void,
  ) {
    socket.on('data', (piece) => {
      this.#buffer = Buffer.concat([this.#buffer, piece]);
      for (let text = this.#frame(); text !== undefined; text = this.#frame()) {
        // The answer to what `close` says.
        if (text === '') continue;
        const message = JSON.parse(text) as Message;
        if (message.id !== undefined) this.#answers.get(message.id)?.(message.result);
        else this.heard(message.method as string, message.params);
      }
    });
  }

  /** @param url what Node prints after "Debugger listening on" */
  static connect(url: string, heard: (method: string, params: unknown) => void): Promise<Debugger> {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'bngtZmxvdyBkb2NzIHRlc3Q=',
    };
    return new Promise((resolve, reject) => {
      get(url.replace(/^ws:/, 'http:'), { headers })
        .on('upgrade', (_, socket) => resolve(new Debugger(socket, heard)))
        .on('error', reject);
    });
  }

  send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#last;
    const payload = Buffer.from(JSON.stringify({ id, method, params }));
    const head =
      payload.length < 126
        ? Buffer.from([0x81, 0x80 | payload.length])
        : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
    // A client has to mask what it sends; a mask of zeros leaves it as it is.
    this.socket.write(Buffer.concat([head, Buffer.alloc(4), payload]));
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  /** Says so first: of processes that end while a connection is cut, one in fifty crashes, in Node itself. */
  close(): void {
    if (!this.socket.writableEnded) this.socket.end(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
  }

  #frame(): string | undefined {
    const bytes = this.#buffer;
    if (bytes.length < 2) return undefined;
    const short = (bytes[1] as number) & 0x7f;
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < start) return undefined;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < start + length) return undefined;
    this.#buffer = bytes.subarray(start + length);
    return bytes.toString('utf8', start, start + length);
  }
}
