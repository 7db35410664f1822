/**
 * Filters the arguments for a step that other targets need. Nx forwards all arguments of the command, which may
 * belong to a target that only waits for the flow: `nx test shop --coverage`.
 */
import type { ExecutorContext } from '@nx/devkit';
import type { ExecutorOptions } from '../nx/command-line';
import { aliasOf } from '../nx/flow-targets';
import { neededTask } from '../nx/nx';
import { rawOverrides } from './run-command';

const KEPT = new Set(['flow', 'name', 'namesake', 'params', 'paramsFile', 'maxWorkers']);
const KEPT_ARGUMENT = /^--(params\.|params-?file|max-?workers)/i;

/** The options and arguments for the step. A flow that the command names gets all, and refuses unknown ones. */
export function forStep(
  options: ExecutorOptions,
  context: ExecutorContext,
): { options: ExecutorOptions; raw: string[] } {
  const raw = rawOverrides(context);
  if (!isNeeded(context)) return { options, raw };
  const kept = Object.entries(options).filter(([name]) => KEPT.has(name));
  return { options: Object.fromEntries(kept) as ExecutorOptions, raw: raw.flatMap(argumentOf) };
}

function argumentOf(arg: string, at: number, all: readonly string[]): string[] {
  if (KEPT_ARGUMENT.test(arg)) return [arg];
  // It is the value of the argument before it.
  const before = all[at - 1] ?? '';
  return !arg.startsWith('--') && KEPT_ARGUMENT.test(before) && !before.includes('=') ? [arg] : [];
}

/**
 * Whether a target that is not a step needs it, directly or through other steps. Then the command may have meant
 * that target. An alias of a step's target counts as a step.
 */
function isNeeded({ taskGraph, projectGraph, projectName, targetName }: ExecutorContext): boolean {
  const tasks = Object.values(taskGraph?.tasks ?? {});
  const edges = Object.entries(taskGraph?.dependencies ?? {});
  const reached = new Set(
    tasks
      .filter(({ target: { project, target } }) => project === projectName && target === targetName)
      .map(({ id }) => id),
  );
  for (const id of reached)
    for (const [from, needed] of edges) if (needed.some((edge) => neededTask(edge) === id)) reached.add(from);
  const isStep = (project: string, target: string | undefined): boolean => {
    const configured = projectGraph.nodes[project]?.data.targets?.[target ?? ''];
    return (
      configured?.executor === STEP || (configured !== undefined && isStep(project, aliasOf(configured)))
    );
  };
  return tasks.some(({ id, target: { project, target } }) => reached.has(id) && !isStep(project, target));
}

const STEP = '@nx-flow/plugin:step';
