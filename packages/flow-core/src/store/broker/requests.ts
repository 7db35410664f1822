/** Whether what came over the socket is a request. What a stranger sends is none, and would reach LevelDB or last for minutes. */
import { types } from 'node:util';
import type { Request } from './protocol';

type Check = (value: unknown) => boolean;

const text: Check = (v) => typeof v === 'string';
const key: Check = (v) => typeof v === 'string' && v !== '';
const flag: Check = (v) => v === undefined || typeof v === 'boolean';
const list =
  (check: Check): Check =>
  (v) =>
    Array.isArray(v) && v.every(check);
/** The fields of an object. */
const of = (v: unknown): Record<string, unknown> =>
  typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : {};

const isQuery: Check = (v) => {
  const { gte, lt, reverse, limit, having, only, twins, atOnce } = of(v);
  const flags = [reverse, only, twins, atOnce].every(flag);
  const counts = typeof limit === 'number' && limit >= 0;
  return text(gte) && text(lt) && flags && counts && (having === undefined || list(text)(having));
};

const isOp: Check = (v) => {
  const { key: at, value } = of(v);
  return key(at) && (value === undefined || typeof value === 'string' || types.isUint8Array(value));
};

const isBatch: Check = (v) => {
  const { ops, options } = of(v);
  const { sync, fence, mark } = of(options);
  return list(isOp)(ops) && flag(sync) && [fence, mark].every((one) => one === undefined || key(one));
};

const SHAPES: Record<Request['op'], (request: Record<string, unknown>) => boolean> = {
  get: (request) => key(request.key),
  getMany: ({ keys, atOnce }) => list(key)(keys) && flag(atOnce),
  range: ({ query }) => isQuery(query),
  inspect: ({ query }) => isQuery(query),
  batch: isBatch,
  claim: ({ counterKey, nonceKey }) => key(counterKey) && key(nonceKey),
  generation: () => true,
  hold: ({ name }) => key(name),
  states: ({ names }) => list(text)(names),
  take: ({ name, surely }) => key(name) && flag(surely),
  pin: ({ names, letGo }) => list(key)(names) && list(key)(letGo),
  compact: ({ gte, lt }) => text(gte) && text(lt),
  subscribe: () => true,
  publish: () => true,
};

/** Whether it can be answered at all. */
export function isRequest(message: unknown): message is Request {
  const { id, op } = of(message);
  return Number.isSafeInteger(id) && typeof op === 'string' && Object.hasOwn(SHAPES, op);
}

/** @throws for a request that lacks something, or has what no client of ours would send */
export function requireWhole(request: Request): void {
  if (SHAPES[request.op](request as unknown as Record<string, unknown>)) return;
  throw new TypeError(`it was asked for "${request.op}" in a way that it does not know`);
}
