/**
 * What reaches a step that other targets need. Nx forwards all arguments of the command, which may be those of a target
 * that only waits for the flow: `nx test shop --coverage`.
 */
import type { ExecutorContext } from '@nx/devkit';
import { neededTask } from '../graph/nx';
import { type DoorOptions, rawOverrides } from './door';

const KEPT = new Set(['flow', 'name', 'namesake', 'params', 'paramsFile', 'maxWorkers']);
const KEPT_ARGUMENT = /^--(params\.|params-?file|max-?workers)/i;

/** The options and arguments that are for the step. One that nothing else needs was meant itself: it is told what it does not know. */
export function forStep(
  options: DoorOptions,
  context: ExecutorContext,
): { options: DoorOptions; raw: string[] } {
  const raw = rawOverrides(context);
  if (!isNeeded(context)) return { options, raw };
  const kept = Object.entries(options).filter(([name]) => KEPT.has(name));
  return { options: Object.fromEntries(kept) as DoorOptions, raw: raw.flatMap(argumentOf) };
}

function argumentOf(arg: string, at: number, all: readonly string[]): string[] {
  if (KEPT_ARGUMENT.test(arg)) return [arg];
  // The value of the one before it.
  const before = all[at - 1] ?? '';
  return !arg.startsWith('--') && KEPT_ARGUMENT.test(before) && !before.includes('=') ? [arg] : [];
}

function isNeeded({ taskGraph, projectName, targetName }: ExecutorContext): boolean {
  const mine = Object.values(taskGraph?.tasks ?? {}).filter(
    ({ target }) => target.project === projectName && target.target === targetName,
  );
  const ids = new Set(mine.map(({ id }) => id));
  return Object.values(taskGraph?.dependencies ?? {}).some((needed) =>
    needed.some((edge) => ids.has(neededTask(edge))),
  );
}
