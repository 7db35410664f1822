/** `--ship` and `--accept-shipped`: code that is sent to workers, and the key with which it is signed. */
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { valuesOf } from '../engine/secrets/require';
import type { Context } from './command';
import type { ShipRequest } from './queue-package';

/** Shorter ones are guessed. Characters. */
const SHORTEST = 16;

/** For the pool of a run or a spin whose tasks go to workers. @throws FlowError FLOW_QUEUE_KEY */
export function shipGiven({ options }: Pick<Context, 'options'>, graph: Graph): { ship?: ShipRequest } {
  if (options.ship !== true) return {};
  const key = queueKey('--ship signs the code');
  return { ship: { key, ...(graph.inputs ? { inputs: graph.inputs } : {}), secrets: secretsOf(graph, key) } };
}

/** Where no step goes to a queue. @throws FlowError FLOW_OPTION */
export function requireNoShip({ options }: Pick<Context, 'options'>): void {
  if (options.ship !== true) return;
  const message =
    '--ship sends the code to the workers of a queue, and all steps are executed here: give --on=queue.';
  throw new FlowError('FLOW_OPTION', message);
}

/** What a worker was told about code that is sent. @param folder its own @throws FlowError FLOW_QUEUE_KEY, FLOW_OPTION */
export function acceptGiven({ options }: Pick<Context, 'options'>, folder: string) {
  const accept = options['accept-shipped'] === true;
  const scripts = options['allow-scripts'] === true;
  if (scripts && !accept)
    throw new FlowError(
      'FLOW_OPTION',
      '--allow-scripts is for packages of code that is sent: give --accept-shipped, too.',
    );
  if (!accept) return {};
  const key = queueKey('--accept-shipped takes code that is signed');
  // No step is to read it: with it, others could be sent code.
  delete process.env.NX_FLOW_QUEUE_KEY;
  return { ship: { accept, key, scripts, folder } };
}

function queueKey(what: string): string {
  const key = process.env.NX_FLOW_QUEUE_KEY ?? '';
  if (key.length >= SHORTEST) return key;
  const why = key === '' ? 'which is not set' : `which has ${key.length} characters`;
  const message = `${what} with NX_FLOW_QUEUE_KEY, ${why}: give the run and its workers the same text of at least ${SHORTEST} characters.`;
  throw new FlowError('FLOW_QUEUE_KEY', message);
}

/** The secrets of the flow, and what opens the queue and the place of large values. */
function secretsOf(graph: Graph, key: string): Map<string, Set<string>> {
  const { NX_FLOW_QUEUE: queue = '', AWS_SECRET_ACCESS_KEY: bucket } = process.env;
  const password = URL.canParse(queue) ? decodeURIComponent(new URL(queue).password) : '';
  const all = valuesOf(graph);
  all.set('NX_FLOW_QUEUE_KEY', new Set([key]));
  if (password.length > 3) all.set('NX_FLOW_QUEUE', new Set([password]));
  if (bucket) all.set('AWS_SECRET_ACCESS_KEY', new Set([bucket]));
  return all;
}
