/** A remote cache for Nx, as small as the published API allows: bodies are kept as they came, and never looked into. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TEXT = { 'content-type': 'text/plain' };

export class CacheServer {
  /** By hash. */
  readonly bodies = new Map<string, Buffer>();
  /** What was asked and answered, such as `GET 404`, since it was last read by `told`. */
  #answers: string[] = [];
  #holding: (() => void) | undefined;
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  /** @param tokens By what they may do. */
  constructor(readonly tokens: { write: string; read: string }) {}

  /** Where it listens: on this machine alone. */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often each answer was given since the last look: `{ 'GET 200': 4 }`. */
  told(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const answer of this.#answers) counts[answer] = (counts[answer] ?? 0) + 1;
    this.#answers = [];
    return counts;
  }

  /** From now on requests are taken and not answered. Resolves at the first, with what lets go of the connections. */
  async hold(): Promise<() => void> {
    await new Promise<void>((resolve) => {
      this.#holding = resolve;
    });
    return () => {
      this.#holding = undefined;
      this.#server.closeAllConnections();
    };
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#holding) return this.#holding();
    const { method = '', url = '', headers } = request;
    const end = (code: number, body: string | Buffer) => {
      this.#answers.push(`${method} ${code}`);
      response.writeHead(code, typeof body === 'string' ? TEXT : {}).end(body);
    };
    const body = Buffer.concat(await request.toArray());
    const token = headers.authorization?.replace('Bearer ', '');
    const hash = url.match(/^\/v1\/cache\/(\w+)$/)?.[1];
    if (token !== this.tokens.write && token !== this.tokens.read) return end(401, 'no such token');
    if (hash === undefined) return end(400, 'no hash');
    const known = this.bodies.get(hash);
    if (method === 'GET') return known ? end(200, known) : end(404, 'not here');
    if (token === this.tokens.read) return end(403, 'this token may only read');
    if (known) return end(409, 'it is here already');
    this.bodies.set(hash, body);
    end(200, '');
  }
}
