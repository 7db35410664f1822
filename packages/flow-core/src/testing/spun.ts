/** The artifacts of a spin. Each is read on demand; a missing one throws a clear error. */

import type { Task } from '../client';
import { FlowError, suggest } from '../definition/errors';
import type { SpinReply } from './backend';
import type { Spun } from './types';

/** @param task the persisted task, if any */
export function spunOf({ artifacts, ...reply }: SpinReply, task?: Task<never>): Spun<never> {
  const { step, status, error, durationMs, origin, index, stdout, stderr } = reply;
  const values = lazy(artifacts);
  return {
    step,
    status,
    error,
    artifacts: strict(values, { step, error }) as never,
    stdout,
    stderr,
    durationMs,
    origin,
    index,
    hints: reply.hints,
    cards: reply.cards,
    pathspec: reply.persisted,
    task,
  };
}

function lazy(artifacts: SpinReply['artifacts']): object {
  const values = {};
  for (const [name, read] of artifacts) {
    let known: { value: unknown } | undefined;
    const get = () => {
      known ??= { value: read() };
      return known.value;
    };
    Object.defineProperty(values, name, { enumerable: true, configurable: true, get });
  }
  return values;
}

/** Properties that printers, comparers and promises read of any object to find its kind. */
const PROBES = new Set([
  'then',
  'toJSON',
  'asymmetricMatch',
  '$$typeof',
  '$$asyncCallbacks',
  'nodeType',
  'tagName',
  'length',
  'size',
  'name',
  'message',
  'stack',
  '_isMockFunction',
]);

function strict(values: object, { step, error }: Pick<Spun, 'step' | 'error'>): object {
  const handler: ProxyHandler<object> = {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || PROBES.has(key) || key.startsWith('@@')) {
        return Reflect.get(target, key, receiver);
      }
      const names = Object.keys(target);
      const why = error
        ? `it failed with ${error.name}: ${error.message}`
        : suggest(key, names, 'It returned nothing.');
      const message = `"${step}" did not return "${key}": ${why}`;
      const options = { exit: 1 as const, ...(error ? { cause: error } : {}) };
      const missing = new FlowError('FLOW_ARTIFACT_NOT_FOUND', message, options);
      // It points at the line that reads.
      Error.captureStackTrace(missing, handler.get);
      throw missing;
    },
  };
  return new Proxy(values, handler);
}
