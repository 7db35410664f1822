/** `spin --on`: the workers of a queue execute the step. */
import { FlowError } from '../definition/errors';
import type { FileSession } from '../session/session';
import type { Context, Values } from './command';
import { isAway } from './specs/spin';
import type { SpinDoor } from './spin-door';

/** What looks into the process of the step goes without a queue. @throws FlowError FLOW_USAGE */
export function requireInProcess(options: Values): void {
  if (!isAway(options)) return;
  const given = (['freeze', 'inspect', 'inspect-brk'] as const).find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new FlowError(
    'FLOW_USAGE',
    `--${given} needs the step in this process: leave --on=${options.on} out.`,
  );
}

/** The same session, with the workers of a queue where `--on` names one. @throws FlowError FLOW_QUEUE_URL and its like */
export async function withQueue(
  context: Context,
  opened: FileSession,
  step: string,
  door?: SpinDoor,
): Promise<FileSession> {
  const { on, ship } = context.options;
  if (on === undefined && ship !== true) return opened;
  const { spunOnQueue } = await import('./on-queue');
  const session = spunOnQueue(context, opened, step);
  if (session.away) door?.away?.();
  return session;
}
