/** The server in this process, without a socket: its routes are asked as a browser would. */
import type { ErrorReply } from '../../src/api/routes';
import { pageApp } from '../../src/server/app';
import { type Here, type HereOptions, openHere } from '../../src/server/here';

export interface Asked {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Without the token. */
  anybody?: true;
}

export interface Asking {
  here: Here;
  /** The response of a route. */
  ask(path: string, asked?: Asked): Promise<Response>;
  /** Its JSON, where it answers well. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  json(path: string, asked?: Asked): Promise<any>;
  /** The status and the code of its error. */
  refused(path: string, asked?: Asked): Promise<[status: number, code: string]>;
  /** The sentence of its error. */
  sentence(path: string, asked?: Asked): Promise<string>;
}

const PORT = 4780;

/** Close its `here` at the end. */
export async function askHere(workspace: string, options: Partial<HereOptions> = {}): Promise<Asking> {
  const here = await openHere({
    ...{
      workspace,
      cwd: workspace,
      store: `${workspace}/.flow`,
      namespace: undefined,
      spins: false,
      env: true,
    },
    note() {},
    ...options,
  });
  here.port = PORT;
  const app = pageApp(here);
  const ask = async (path: string, { method, body, headers, anybody }: Asked = {}) =>
    app.request(`http://127.0.0.1:${PORT}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: {
        host: `127.0.0.1:${PORT}`,
        ...(anybody ? {} : { authorization: `Bearer ${here.token.text}` }),
        ...(body === undefined && method === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
  return {
    here,
    ask,
    async json(path, asked) {
      const response = await ask(path, asked);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text);
    },
    async refused(path, asked) {
      const response = await ask(path, asked);
      return [response.status, ((await response.json()) as ErrorReply).error.code];
    },
    async sentence(path, asked) {
      return ((await (await ask(path, asked)).json()) as ErrorReply).error.message;
    },
  };
}
