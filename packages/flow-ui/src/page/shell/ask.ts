/** Asks the server. Whatever goes wrong is an {@link AskError} with one sentence. */
import type { ErrorReply } from '../../api/routes';
import { forgetToken, token } from './token';

export class AskError extends Error {
  override readonly name = 'AskError';

  /** `status`: of HTTP; 0: there was no answer. */
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

interface Options {
  method?: 'GET' | 'POST' | 'DELETE';
  /** Is sent as JSON. */
  body?: unknown;
  signal?: AbortSignal;
}

/**
 * Asks for a path such as `/api/about`.
 * @throws AskError for what the server refused, and where there is no server.
 */
export async function ask<T>(path: string, { method, body, signal }: Options = {}): Promise<T> {
  const response = await request(path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    body,
    signal,
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The same, for what is not JSON: the stream of events, or a download. */
export async function request(
  path: string,
  { method = 'GET', body, signal }: Options = {},
): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${token.get() ?? ''}` };
  // The server takes nothing else: a form of another page cannot say so.
  if (method !== 'GET') headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: JSON.stringify(body), signal: signal ?? null });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new AskError(
      'NO_SERVER',
      'The server of this page does not answer. Start it again with `nx-flow ui`.',
      0,
    );
  }
  if (response.ok) return response;
  if (response.status === 401) forgetToken();
  const { error } = (await response.json().catch(() => ({}))) as Partial<ErrorReply>;
  throw new AskError(
    error?.code ?? 'REFUSED',
    error?.message ?? `The server answered ${response.status} to ${path}.`,
    response.status,
  );
}
