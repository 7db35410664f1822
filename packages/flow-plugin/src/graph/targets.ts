/** The targets of a flow, each with a command to try. */
import type { TargetConfiguration } from '@nx/devkit';
import type { SourceFlow } from '@nx-flow/core/source';

export interface FlowTargets {
  flow: SourceFlow;
  /** From the workspace's root. */
  file: string;
  project: string;
  /** What tells this flow's targets from those of the project's other flows: `run-movies`. Absent for an only flow. */
  suffix?: string;
  /** Whether the file declares other flows too: then the file alone does not say which. */
  shared: boolean;
  /** Why the file does not parse. */
  error?: string;
}

export function targetsOf({
  flow,
  file,
  project,
  suffix,
  shared,
  error,
}: FlowTargets): Record<string, TargetConfiguration> {
  const run = suffix === undefined ? 'run' : `run-${suffix}`;
  const spin = suffix === undefined ? 'spin' : `spin-${suffix}`;
  const options = { flow: file, ...(shared ? { name: flow.name } : {}) };
  const resume = suffix === undefined ? 'resume' : `resume-${suffix}`;
  const step = exampleStep(flow);
  const target = (name: string, executor: string, says: string, attempt: string, example: Example) => ({
    executor: `@nx-flow/plugin:${executor}`,
    options,
    metadata: {
      technologies: ['nx-flow'],
      description: `${says} Try: ${attempt}${error === undefined ? '' : `. Does not parse: ${error}`}`,
      // What `nx show project` prints beside the target's name.
      scriptContent: attempt,
      help: { command: `npx nx run ${project}:${name} --help`, example },
    },
  });
  return {
    [run]: target(
      run,
      'run',
      `Runs the flow ${flow.name} from start to end, and records everything.`,
      `npx nx run ${suffix === undefined ? project : `${project}:${run}`}`,
      { args: ['--params.<name>=<value>'] },
    ),
    [spin]: target(
      spin,
      'spin',
      `Executes one step of the flow ${flow.name} on the inputs that a run recorded.`,
      `npx nx ${spin} ${project} --step=${step}`,
      { options: { step } },
    ),
    [resume]: target(
      resume,
      'resume',
      `Runs the flow ${flow.name} again, taking over what its latest run finished.`,
      `npx nx ${resume} ${project}`,
      { options: { step } },
    ),
  };
}

type Example = { options?: Record<string, unknown>; args?: string[] };

/** The last step that somebody wrote: most likely the one in work. */
function exampleStep({ steps }: SourceFlow): string {
  return steps.findLast(({ name }) => name !== 'start' && name !== 'end')?.name ?? 'start';
}
