/** A target for each step: the flow as a task graph of Nx, along its own edges. */
import type { TargetConfiguration } from '@nx/devkit';
import { fingerprintFolder, UNPUBLISHED } from '../nx/published-files';
import { BUILD_FIRST, withBuilds } from './built';
import { flowInputs } from './flow-inputs';
import { type FlowTargets, optionsOf } from './flow-target';

/** The step's fingerprint covers code, binding by binding. All else in the project may be data of a step. */
const CODE = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'];
export const CODE_FILE = new RegExp(`\\.(${CODE.join('|')})$`);

const ALL_FILES = '{projectRoot}/**/*';
const ALL_CODE = `{projectRoot}/**/*.{${CODE.join(',')}}`;
/**
 * The data files of the projects that the flow's project depends on. It is one glob, since Nx evaluates each
 * fileset of dependencies separately, so a second one could not exclude files.
 */
const THEIR_DATA = `^{projectRoot}/**/!(${CODE.map((extension) => `*.${extension}`).join('|')})`;

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** The inputs of a step's target besides its fingerprint and the data that it reads. */
const BESIDE: Inputs = [
  // The digests of the earlier steps: equal files mean that nothing changed for this step.
  { dependentTasksOutputFiles: '**/digests.json' },
  { env: UNPUBLISHED },
];
// The fingerprint has the packages that the step depends on, with their versions.
const NO_PACKAGES: Inputs = [{ externalDependencies: [] }];
const DEPENDENCIES = '^default';

/**
 * Named inputs of each project with flows: what the steps of flows that declare no files have in common. They are
 * named since Nx keeps an entry for each input of each target, in files that every command writes or reads.
 */
export const STEP_INPUTS: Record<string, Inputs> = {
  'nx-flow-step': [ALL_FILES, `!${ALL_CODE}`, ...BESIDE, ...NO_PACKAGES],
  'nx-flow-end': [ALL_FILES, ...BESIDE],
};
const [STEP, END] = Object.keys(STEP_INPUTS) as [string, string];

/** All inputs that the plugin gives to steps' targets, except fingerprints and the flows' declared inputs. */
export const OUR_INPUTS: Inputs = [
  ...[STEP, END, ALL_CODE, THEIR_DATA, DEPENDENCIES],
  ...BESIDE,
  ...NO_PACKAGES,
];

/** Whether a step may read all files of its project, since the flow declares none. */
export function readsProject(inputs: Inputs): boolean {
  return inputs.includes(STEP) || inputs.includes(END);
}

export function stepTargets(mine: FlowTargets): Record<string, TargetConfiguration> {
  const { flow, file, project, root, names, lost, built, namesake } = mine;
  const nameOf = (step: string) => names.steps.get(step) as string;
  const targets: Record<string, TargetConfiguration> = {};
  const reads = lost || namesake !== undefined ? undefined : flowInputs(flow, file, root);
  const { files, without, env } = reads ?? { files: [], without: [], env: [] };
  const named = files.length > 0;
  const inputs = {
    step: [...(named ? [...files, ...BESIDE, ...NO_PACKAGES] : [STEP, THEIR_DATA, ...without]), ...env],
    // Since 24, `nx affected` selects tasks by the files in their inputs, and a fingerprint names none. The last
    // step names all code, and so selects the flow. With an unchanged fingerprint it keeps its outputs.
    end: [...(named ? [...files, ALL_CODE, ...BESIDE] : [END, THEIR_DATA, ...without]), DEPENDENCIES, ...env],
  };
  const options = optionsOf(mine);
  const fingerprints = `{workspaceRoot}/${fingerprintFolder(file, flow.name)}`;
  for (const { name: step, kind, after, gpu } of flow.known) {
    const name = nameOf(step);
    const before = after.map(nameOf);
    const attempt = `npx nx run ${project}:${name}`;
    const reading = kind === 'end' ? inputs.end : inputs.step;
    const target: TargetConfiguration = {
      executor: '@nx-flow/plugin:step',
      options: { ...options, step },
      cache: reads !== undefined,
      inputs: [
        { fileset: `${fingerprints}/${step}`, includeIgnored: true },
        ...(built ? withBuilds(reading) : reading),
      ],
      outputs: [`{workspaceRoot}/dist/flow/${flow.name}/steps/${step}`],
      metadata: {
        description: `${whatItDoes(flow.name, step, kind, before)}; nothing is recorded. Try: ${attempt}`,
        scriptContent: attempt,
      },
    };
    // Parameters that are given for a step also go to the steps before it: it is one flow.
    const forwarding = before.map((parent) => ({ target: parent, params: 'forward' as const }));
    if (built) target.dependsOn = [BUILD_FIRST, ...forwarding];
    else if (forwarding.length > 0) target.dependsOn = forwarding;
    // Two steps at once do not fit into one gpu's memory.
    if (gpu) target.parallelism = false;
    targets[name] = target;
  }
  return targets;
}

function whatItDoes(flow: string, step: string, kind: string, before: string[]): string {
  if (kind === 'end')
    return `Executes the flow ${flow} to its end: each step as a target, on what those before it handed over`;
  const what = kind === 'step' || kind === step ? 'step' : `${kind} step`;
  const on = before.length > 0 ? ` on what ${before.join(', ')} handed over` : '';
  return `Executes the ${what} ${step} of the flow ${flow}${on}`;
}
