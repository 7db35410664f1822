/**
 * What a request has to be before anything looks at it. The server executes code, so a page of somebody else's must reach nothing:
 * not by its own name for this address, not by a form, not by a frame.
 */
import { FlowError } from '@nx-flow/core/ui';
import type { MiddlewareHandler } from 'hono';
import type { Here } from '../here';
import { refusal, type Status } from '../replies';

/** Bytes of a request's body. */
const LARGEST = 8 * 1024 * 1024;

const HEADERS = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Of the page itself. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** For each request. A name that leads to this address, and is not one of its own, is a rebinding host. */
export function guardAll(here: Here): MiddlewareHandler {
  return async (c, next) => {
    const hosts = [`127.0.0.1:${here.port}`, `localhost:${here.port}`];
    const [host, origin] = [c.req.header('host') ?? '', c.req.header('origin')];
    if (!hosts.includes(host))
      return refuse(
        403,
        'FLOW_UI_HOST',
        `This server answers as ${hosts.join(' and ')}, not as "${shown(host)}".`,
      );
    if (origin !== undefined && origin !== `http://${host}`)
      return refuse(403, 'FLOW_UI_ORIGIN', `A page of "${shown(origin)}" may ask nothing here.`);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  };
}

/** For what is read and executed. */
export function guardApi(here: Here): MiddlewareHandler {
  return async (c, next) => {
    if (!here.token.isIn(c.req.header('authorization')))
      return refuse(
        401,
        'FLOW_UI_TOKEN',
        'The token is missing or of another server: open the address that nx-flow ui printed.',
      );
    const { method } = c.req;
    if (method === 'GET') return next();
    const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/json')
      return refuse(415, 'FLOW_UI_REQUEST', 'What changes something is asked for with application/json.');
    // Node takes no more of a body than its length says. Nothing reads the body here: what was begun to be read is not read again.
    if (c.req.header('transfer-encoding') !== undefined)
      return refuse(411, 'FLOW_UI_REQUEST', 'A request says how long its body is, by Content-Length.');
    if (Number(c.req.header('content-length') ?? 0) > LARGEST)
      return refuse(413, 'FLOW_UI_REQUEST', `A request has at most ${LARGEST / 1024 / 1024} MB.`);
    return next();
  };
}

const refuse = (status: Status, code: string, message: string) =>
  refusal(new FlowError(code, message), status);

const shown = (text: string) => text.slice(0, 200);
