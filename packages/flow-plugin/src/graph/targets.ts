/** The targets of a flow, each with a command to try. */
import type { TargetConfiguration } from '@nx/devkit';
import { ALIAS_EXECUTOR } from '../nx/flow-targets';
import { publishedBy, snapshotKeyFile, spinKeyFile, UNPUBLISHED } from '../nx/published-files';
import { BUILD_FIRST, withBuilds } from './built';
import { flowInputs } from './flow-inputs';
import { type FlowTargets, optionsOf } from './flow-target';
import type { FlowSource } from './sources';
import { STEP_INPUTS, stepTargets } from './step-targets';

type Targets = Record<string, TargetConfiguration>;

/**
 * Adds the targets of the flow itself, those of its steps, and the aliases of both. An alias is a task that does
 * nothing and depends on the real target. It gets the same arguments and declares the same outputs, for targets that
 * depend on it. Nx ends it at once, without a process. It has nothing more: in a workspace of many flows, Nx takes
 * milliseconds for each property of its targets.
 */
export function addTargets(options: FlowTargets, targets: Targets): void {
  const steps = stepTargets(options);
  Object.assign(targets, flowTargets(options), steps);
  for (const [alias, target] of options.names.aliases) {
    const { inputs, outputs } = targets[target] as TargetConfiguration;
    const added: TargetConfiguration = {
      executor: ALIAS_EXECUTOR,
      dependsOn: [{ target, params: 'forward' }],
    };
    // `nx affected` is to select both or neither. The outputs of a step do for that; those of a spin have no name yet.
    if (inputs) added.inputs = target in steps ? OUTPUTS_OF_TARGET : inputs.filter(isOfSources);
    if (outputs) added.outputs = outputs;
    targets[alias] = added;
  }
}

const OUTPUTS_OF_TARGET: Inputs = [{ dependentTasksOutputFiles: '**/*' }];

/** Whether an input can select a target for `nx affected`: variables and what is published cannot. */
const isOfSources = (input: Inputs[number]) =>
  typeof input === 'string' || (!('env' in input) && publishedBy(input) === undefined);

function flowTargets(mine: FlowTargets): Record<string, TargetConfiguration> {
  const { flow, file, project, root, names, error, lost, built, namesake } = mine;
  const { run, spin, resume, snapshot } = names.flow;
  const options = optionsOf(mine);
  const step = exampleStep(flow);
  const reads = lost || namesake !== undefined ? undefined : readsOf(flow, file, root);
  const target = (name: string, executor: string, says: string, attempt: string, example: Example) => ({
    executor: `@nx-flow/plugin:${executor}`,
    options,
    ...onBuilds(CACHING[executor]?.(flow.name, file, reads), built),
    metadata: {
      description: `${says} Try: ${attempt}${error === undefined ? '' : `. Does not parse: ${error}`}`,
      // `nx show project` prints it next to the target's name.
      scriptContent: attempt,
      help: { command: `npx nx run ${project}:${name} --help`, example },
    },
  });
  return {
    [run]: target(
      run,
      'run',
      `Runs the flow ${flow.name} from start to end, and records everything.`,
      `npx nx run ${run === 'run' ? project : `${project}:${run}`}`,
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

/** A target as it is, or after the builds of the libraries that it uses. */
function onBuilds(
  target: Partial<TargetConfiguration> = {},
  built: boolean | undefined,
): Partial<TargetConfiguration> {
  if (!built) return target;
  const { inputs } = target;
  return { ...target, dependsOn: [BUILD_FIRST], ...(inputs ? { inputs: withBuilds(inputs) } : {}) };
}

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** The inputs that this plugin gives a flow's target, without those that the user adds. */
export function inferredInputs(
  executor: string,
  { flow, file, root }: Pick<FlowTargets, 'flow' | 'file' | 'root'>,
): Inputs {
  return withBuilds(CACHING[executor]?.(flow.name, file, readsOf(flow, file, root)).inputs ?? []);
}

/** Returns undefined when Nx cannot express them. Excluded files may be code: the project's inputs decide. */
function readsOf(flow: FlowSource, file: string, root: string): Inputs | undefined {
  const said = flowInputs(flow, file, root);
  return said && [...said.files, ...said.env];
}

/** What Nx needs to replay a spin or a snapshot, and to hash a spin that follows a run in one command. */
const CACHING: Record<string, (flow: string, file: string, reads?: Inputs) => Partial<TargetConfiguration>> =
  {
    spin: (flow, file, reads) => ({
      cache: reads !== undefined,
      inputs: [
        ...SOURCES,
        ...(reads ?? []),
        { env: 'NX_FLOW_STORE' },
        { fileset: `{workspaceRoot}/${spinKeyFile(file, flow)}`, includeIgnored: true },
      ],
      outputs: [`{workspaceRoot}/dist/flow/${flow}/spin/{options.step}`],
    }),
    // The key is what the run depends on: the sources and the options. It has no run number, since that would be
    // another run on another machine.
    snapshot: (flow, file, reads) => ({
      cache: reads !== undefined,
      inputs: [
        ...SOURCES,
        ...(reads ?? []),
        { fileset: `{workspaceRoot}/${snapshotKeyFile(file, flow)}`, includeIgnored: true },
      ],
      outputs: [`{workspaceRoot}/dist/flow/${flow}/snapshot`],
    }),
    run: (flow, file) => ({ outputs: [`{workspaceRoot}/${spinKeyFile(file, flow)}`] }),
    resume: (flow, file) => ({ outputs: [`{workspaceRoot}/${spinKeyFile(file, flow)}`] }),
  };

/** Named inputs of each project with flows; see `STEP_INPUTS`. */
export const FLOW_INPUTS: Record<string, Inputs> = {
  ...STEP_INPUTS,
  // The sources of the project, and the packages that npm, yarn, pnpm or bun installed.
  'nx-flow-sources': [
    'default',
    ...['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'].map(
      (name) => `{workspaceRoot}/${name}`,
    ),
    { env: UNPUBLISHED },
  ],
};

const SOURCES = ['nx-flow-sources', '^default'];

type Example = { options?: Record<string, unknown>; args?: string[] };

/** The last step that the user wrote: most likely the current work. */
function exampleStep({ steps }: FlowSource): string {
  return steps.findLast(({ name }) => name !== 'start' && name !== 'end')?.name ?? 'start';
}
