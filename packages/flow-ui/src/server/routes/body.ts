/** The body of a request: a JSON object. */
import type { Context } from 'hono';
import { notUnderstood } from '../replies';

/** @throws FlowError FLOW_UI_REQUEST */
export async function bodyOf<T>(c: Context): Promise<T> {
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as T;
  throw notUnderstood('The body of the request is no JSON object.');
}

/** Texts by name. @throws FlowError FLOW_UI_REQUEST */
export function textsOf(what: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((one) => typeof one === 'string')
  )
    return value as Record<string, string>;
  throw notUnderstood(`${what} are JSON texts, by name.`);
}

/** A list of texts. @throws FlowError FLOW_UI_REQUEST */
export function listOf(what: string, value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw notUnderstood(`${what} are a list of texts.`);
}
