/**
 * A stand-in for a model's API, on this machine: nothing is asked of any model. Its answers are those of `sentiment.ts`; they take
 * time, have token counts, and some requests are refused as those of a busy service are.
 *
 *   POST /v1/chat  { model, messages: [{ role: 'system', content }, { role: 'user', content }] }
 *   200            { model, content: '{"label":"positive",…}', usage: { input, output } }
 *   429            with Retry-After
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { read, type Skills } from './sentiment';

export interface ServerOptions {
  /** 0 for a free one. */
  port?: number;
  /** Each such request is refused with a 429. */
  busyEvery?: number;
  /** What Retry-After says. Seconds. */
  retryAfter?: number;
  /** Of how many times the usual length the answers take: 0 for none. */
  pace?: number;
  /** How many of the first requests fail with a 500. */
  failures?: number;
}

export interface ModelServer {
  url: string;
  /** How many requests there were, by status. */
  answered: Record<number, number>;
  close(): Promise<void>;
}

interface Message {
  role: 'system' | 'user';
  content: string;
}

/** Milliseconds: of every answer, and of each word in the text. */
const PACE = { small: [40, 3], large: [100, 4] } as const;
type ModelName = keyof typeof PACE;

export async function startServer(options: ServerOptions = {}): Promise<ModelServer> {
  const { port = 0, busyEvery = 9, retryAfter = 1, pace = 1, failures = 0 } = options;
  const answered: Record<number, number> = {};
  let asked = 0;
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    if (request.method !== 'POST' || request.url !== '/v1/chat') return send(404, { error: 'POST /v1/chat' });
    asked++;
    if (asked <= failures) return send(500, { error: 'an error of the server' });
    if (asked % busyEvery === 0)
      return send(429, { error: 'too many requests' }, { 'retry-after': retryAfter });
    const { model, messages } = JSON.parse(body) as { model: string; messages: Message[] };
    if (!isModel(model)) return send(404, { error: `no model ${model}` });
    const [prompt, text] = ['system', 'user'].map(
      (role) => messages.find((one) => one.role === role)?.content ?? '',
    );
    const content = JSON.stringify(read(text as string, skillsOf(model, prompt as string)));
    const [always, each] = PACE[model];
    if (pace > 0) await setTimeout(pace * (always + each * wordsOf(text as string)));
    const usage = { input: tokensOf(`${prompt} ${text}`), output: tokensOf(content) };
    send(200, { model, content, usage });

    function send(status: number, json: object, headers: Record<string, string | number> = {}): void {
      answered[status] = (answered[status] ?? 0) + 1;
      reply(response, status, json, headers);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    answered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The large model minds everything; the small one what its prompt asks for. */
function skillsOf(model: ModelName, prompt: string): Skills {
  if (model === 'large') return { negation: 8, mixed: true, rare: true };
  return { negation: /negation/i.test(prompt) ? 4 : 0, mixed: /mixed/i.test(prompt), rare: false };
}

function reply(response: ServerResponse, status: number, json: object, headers: object): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
}

function isModel(name: string): name is ModelName {
  return name in PACE;
}

function wordsOf(text: string): number {
  return text.split(/\s+/).length;
}

/** About four letters a token, as services say. */
function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}
