/** Errors as replies: a status of HTTP, and a body with the code and one sentence. */
import { FlowError, isFlowError, messageOf } from '@nx-flow/core/ui';
import type { ErrorReply } from '../api/routes';

export type Status = 400 | 401 | 403 | 404 | 409 | 410 | 411 | 413 | 415 | 429 | 500 | 503;

/** What a store says of itself as a whole. */
const AWAY = new Set([
  'FLOW_STORE_UNAVAILABLE',
  'FLOW_STORE_MOVED',
  'FLOW_STORE_UNWRITABLE',
  'FLOW_STORE_FORMAT',
  'FLOW_STORE_FAILED',
  'FLOW_STORE_FULL',
  'FLOW_STORE_CLOSED',
]);

export function isAway(error: unknown): boolean {
  return isFlowError(error) && AWAY.has(error.code);
}

function statusOf({ code }: FlowError): Status {
  if (AWAY.has(code)) return 503;
  if (/_(NOT_FOUND|REMOVED)$/.test(code)) return 404;
  if (code === 'FLOW_UI_BUSY') return 429;
  return code === 'FLOW_STORE_CORRUPT' || code === 'FLOW_INTERNAL' ? 500 : 400;
}

export function refusal(thrown: unknown, status?: Status): Response {
  const error = isFlowError(thrown) ? thrown : unexpected(thrown);
  const reply: ErrorReply = { error: { code: error.code, message: error.message } };
  return Response.json(reply, {
    status: status ?? statusOf(error),
    headers: { 'Cache-Control': 'no-store' },
  });
}

/** Where it was thrown is for the terminal of the server alone. */
function unexpected(thrown: unknown): FlowError {
  const [what = ''] = messageOf(thrown).split('\n');
  return new FlowError('FLOW_INTERNAL', `The server did not expect this error: ${what}`);
}

/** @throws FlowError FLOW_UI_REQUEST: what the page asked is not understood */
export function notUnderstood(message: string): FlowError {
  return new FlowError('FLOW_UI_REQUEST', message);
}

/** @param what as in `spins` @param most how many go on at once */
export function busy(what: string, most: number): FlowError {
  const message = `${most} ${what} that this page started go on: stop one of them, or wait until one has ended.`;
  return new FlowError('FLOW_UI_BUSY', message);
}
