/** The names of queues on the server. Those that users choose have no underscore: ours cannot be mistaken for them. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { FlowError } from '@nx-flow/core/queue';

/** The queue of steps that name none. */
export const DEFAULT_QUEUE = 'default';

const QUEUE = /^[a-z0-9][a-z0-9-]{0,39}$/;
const OF_USERS = 'nx-flow-';

/** @throws FlowError FLOW_QUEUE_NAME */
export function requireQueueName(queue: string): string {
  if (QUEUE.test(queue)) return queue;
  const shown = JSON.stringify(queue.slice(0, 60));
  const message = `${shown} is no name of a queue: it has small letters, digits and hyphens, such as "gpu", and at most 40 of them.`;
  throw new FlowError('FLOW_QUEUE_NAME', message);
}

/** Of the tasks that wait in a queue. */
export const tasksName = (queue: string) => `${OF_USERS}${queue}`;

/** Of what workers say to a run. */
export const runName = (token: string) => `nx-flow_run_${token}`;

/** Of the code that a run sends. Nobody takes from it. */
export const codeName = (token: string) => `nx-flow_code_${token}`;

/** Of what is said to one worker. */
export const agentName = (agent: string) => `nx-flow_agent_${agent}`;

/** Of the workers and the runs that there are. */
export const REGISTRY = 'nx-flow_registry';

/** Nobody guesses it. Never digits alone: such a job would be refused. */
export const newToken = () => `t${randomBytes(12).toString('hex')}`;

/** For people the host is in it. */
export function newAgentId(): string {
  const host = hostname()
    .split('.', 1)[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 24);
  return `${host || 'host'}-${randomBytes(6).toString('hex')}`;
}
