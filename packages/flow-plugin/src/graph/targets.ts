/** The targets of a flow, each with a command to try. */
import type { TargetConfiguration } from '@nx/devkit';
import { spinHeadFile, UNPUBLISHED } from '../heads/layout';
import { flowInputs } from './flow-inputs';
import type { FlowSource } from './sources';
import { stepTargets } from './step-targets';

export interface FlowTargets {
  flow: FlowSource;
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

/** The targets of the flow itself, and those of its steps. */
export function targetsOf(options: FlowTargets): {
  flow: Record<string, TargetConfiguration>;
  steps: Record<string, TargetConfiguration>;
} {
  return { flow: flowTargets(options), steps: stepTargets(options) };
}

function flowTargets({
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
  const snapshot = suffix === undefined ? 'snapshot' : `snapshot-${suffix}`;
  const step = exampleStep(flow);
  const said = flowInputs(flow, file);
  // What is left out may be code, too, of which the project's own inputs have the last word.
  const reads = said && [...said.files, ...said.env];
  const target = (name: string, executor: string, says: string, attempt: string, example: Example) => ({
    executor: `@nx-flow/plugin:${executor}`,
    options,
    ...CACHING[executor]?.(flow.name, `{workspaceRoot}/${spinHeadFile(file, flow.name)}`, reads),
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
    [snapshot]: target(
      snapshot,
      'snapshot',
      `Keeps a run of the flow ${flow.name} as a file that Nx caches; spin takes its inputs from it on a fresh machine.`,
      `npx nx ${snapshot} ${project}`,
      { args: ['--params.<name>=<value>'] },
    ),
  };
}

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** What Nx has to know to replay a spin or a snapshot, and to hash a spin that comes after a run in one command. */
const CACHING: Record<string, (flow: string, head: string, reads?: Inputs) => Partial<TargetConfiguration>> =
  {
    spin: (flow, head, reads) => ({
      cache: reads !== undefined,
      inputs: [
        'default',
        '^default',
        ...(reads ?? []),
        ...LOCK_FILES.map((name) => `{workspaceRoot}/${name}`),
        { env: 'NX_FLOW_STORE' },
        { env: UNPUBLISHED },
        { fileset: head, includeIgnored: true },
      ],
      outputs: [`{workspaceRoot}/dist/flow/${flow}/spin/{options.step}`],
    }),
    // The key is what the run depends on: Nx's hash of the sources, and the options. No run's number is among them,
    // which would be another run on another machine.
    snapshot: (flow, _, reads) => ({
      cache: reads !== undefined,
      ...(reads && reads.length > 0 ? { inputs: ['default', '^default', ...reads] } : {}),
      outputs: [`{workspaceRoot}/dist/flow/${flow}/snapshot`],
    }),
    run: (_, head) => ({ outputs: [head] }),
    resume: (_, head) => ({ outputs: [head] }),
  };

/** Which packages are installed: of npm, yarn, pnpm, bun. */
const LOCK_FILES = ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'];

type Example = { options?: Record<string, unknown>; args?: string[] };

/** The last step that somebody wrote: most likely the one in work. */
function exampleStep({ steps }: FlowSource): string {
  return steps.findLast(({ name }) => name !== 'start' && name !== 'end')?.name ?? 'start';
}
