/** `spin --on`: the workers of a queue execute the step. */
import { FlowError } from '../definition/errors';
import type { FileSession } from '../session/session';
import type { Context, Values } from './command';

/** What looks into the process of the step goes without a queue. @throws FlowError FLOW_USAGE */
export function requireInProcess(options: Values): void {
  const { on } = options;
  if (on === undefined || on === 'local') return;
  const given = (['freeze', 'inspect', 'inspect-brk'] as const).find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new FlowError('FLOW_USAGE', `--${given} needs the step in this process: leave --on=${on} out.`);
}

/** The same session, with the workers of a queue where `--on` names one. @throws FlowError FLOW_QUEUE_URL and its like */
export async function withQueue(context: Context, session: FileSession, step: string): Promise<FileSession> {
  const { on, ship } = context.options;
  if (on === undefined && ship !== true) return session;
  const { spunOnQueue } = await import('./on-queue');
  return spunOnQueue(context, session, step);
}
