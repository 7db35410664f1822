/** A target for each step: the flow as a task graph of Nx, along its own edges. */
import type { TargetConfiguration } from '@nx/devkit';
import { fingerprintFile, UNPUBLISHED } from '../nx/published-files';
import { flowInputs } from './flow-inputs';
import type { FlowTargets } from './flow-target';

/** Code is known by the step's fingerprint, to the binding. All else in the project may be data that a step reads. */
const CODE = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'];
export const CODE_FILE = new RegExp(`\\.(${CODE.join('|')})$`);

const ALL_FILES = '{projectRoot}/**/*';
const ALL_CODE = `{projectRoot}/**/*.{${CODE.join(',')}}`;
/**
 * What the code of the projects that the flow's depends on may read. In one glob: Nx takes each fileset of dependencies
 * by itself, so that another one takes nothing away.
 */
const THEIR_DATA = `^{projectRoot}/**/!(${CODE.map((extension) => `*.${extension}`).join('|')})`;

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** What a step's target depends on in addition to its fingerprint and what it reads. */
const BESIDE: Inputs = [
  // What can be seen of the steps before: equal files mean that nothing changed for this one.
  { dependentTasksOutputFiles: '**/digests.json' },
  { env: UNPUBLISHED },
];
// The fingerprint has the packages that the step reaches, with their versions.
const NO_PACKAGES: Inputs = [{ externalDependencies: [] }];
const DEPENDENCIES = '^default';

/** All that the plugin itself gives to steps' targets, but for fingerprints and what flows name. */
export const OUR_INPUTS: Inputs = [
  ...[ALL_FILES, `!${ALL_CODE}`, ALL_CODE, THEIR_DATA, DEPENDENCIES],
  ...BESIDE,
  ...NO_PACKAGES,
];

/** Whether the files that a step may read are those of its project, since the flow names none. */
export function readsProject(inputs: Inputs): boolean {
  return inputs.includes(ALL_FILES);
}

export function stepTargets({
  flow,
  file,
  project,
  root,
  names,
  shared,
  lost,
  namesake,
}: FlowTargets): Record<string, TargetConfiguration> {
  const nameOf = (step: string) => names.steps.get(step) as string;
  const targets: Record<string, TargetConfiguration> = {};
  const reads = lost || namesake !== undefined ? undefined : flowInputs(flow, file, root);
  const { files, without, env } = reads ?? { files: [], without: [], env: [] };
  const named = files.length > 0;
  const inputs = {
    step: [
      ...(named ? files : [ALL_FILES, `!${ALL_CODE}`, THEIR_DATA, ...without]),
      ...env,
      ...BESIDE,
      ...NO_PACKAGES,
    ],
    // Since 24, `nx affected` selects tasks by the files that their inputs name, and a fingerprint names none. The last
    // step names all code, and thereby selects the flow. Where its fingerprint is what it was, it keeps what it has left.
    end: [
      ...(named ? [...files, ALL_CODE] : [ALL_FILES, THEIR_DATA, ...without]),
      DEPENDENCIES,
      ...env,
      ...BESIDE,
    ],
  };
  for (const { name: step, kind, after, gpu } of flow.known) {
    const attempt = `npx nx run ${project}:${nameOf(step)}`;
    targets[nameOf(step)] = {
      executor: '@nx-flow/plugin:step',
      options: {
        flow: file,
        ...(shared ? { name: flow.name } : {}),
        ...(namesake === undefined ? {} : { namesake }),
        step,
      },
      cache: reads !== undefined,
      // Two steps at a time on one gpu do not fit into its memory.
      ...(gpu ? { parallelism: false } : {}),
      // Parameters given for one step are given for those before it: it is one flow.
      ...(after.length > 0
        ? { dependsOn: after.map((parent) => ({ target: nameOf(parent), params: 'forward' as const })) }
        : {}),
      inputs: [
        { fileset: `{workspaceRoot}/${fingerprintFile(file, flow.name, step)}`, includeIgnored: true },
        ...(kind === 'end' ? inputs.end : inputs.step),
      ],
      outputs: [`{workspaceRoot}/dist/flow/${flow.name}/steps/${step}`],
      metadata: {
        technologies: ['nx-flow'],
        description: `${whatItDoes(flow.name, step, kind, after.map(nameOf))}; nothing is recorded. Try: ${attempt}`,
        scriptContent: attempt,
        help: { command: `${attempt} --help`, example: { args: ['--params.<name>=<value>'] } },
      },
    };
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
