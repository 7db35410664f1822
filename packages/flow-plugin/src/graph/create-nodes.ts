/** Infers flows into the project graph. Files are parsed, never imported. */
import type {
  CreateNodes,
  CreateNodesResultArray,
  ProjectConfiguration,
  TargetConfiguration,
} from '@nx/devkit';
import { flowsOnBuilds } from './built';
import { flowInputs, whyUnknown } from './flow-inputs';
import type { FlowTargets } from './flow-target';
import { type PluginOptions, pluginOptions } from './plugin-options';
import { type Place, placesOf } from './projects';
import { type FlowSource, readSources, type SourceFile } from './sources';
import { suffixOf, type TargetNames, targetNames } from './target-names';
import { addTargets, FLOW_INPUTS } from './targets';
import { uiNodes } from './ui-target';

export const FLOWS = '**/*.flow.{ts,tsx,mts,cts}';
/** Matched only to know which project names are taken. Nothing is inferred from them. */
const MANIFESTS = ['project.json', '**/project.json', 'package.json', '**/package.json'];
/** The folders that `nx-flow` does not search either. Nx itself leaves out what git ignores. */
const IGNORED = /(^|\/)(node_modules|dist|build|coverage|tmp|\.[^/]+)\//;

/** Whether flows are inferred from a file that Nx knows. */
export function isFlowFile(file: string): boolean {
  return /\.flow\.[cm]?tsx?$/.test(file) && !IGNORED.test(file);
}

/** Used by `nx.json`: `{ "plugins": ["@nx-flow/plugin"] }`; see {@link PluginOptions}. */
export const createNodes: CreateNodes<PluginOptions> = [
  `{${[FLOWS, ...MANIFESTS].join(',')}}`,
  async (matched, given, { workspaceRoot }) => {
    const options = pluginOptions(given);
    const manifests = matched.filter((file) => file.endsWith('.json'));
    const files = matched.filter(isFlowFile);
    if (files.length === 0) return [];
    const sources = await readSources(files, workspaceRoot);
    const places = placesOf(files, manifests, workspaceRoot);
    for (const source of sources) {
      const { root } = places.get(source.file) as Place;
      for (const warning of warningsOf(source, root)) warnOnce(warning);
    }
    const built = await flowsOnBuilds(sources, workspaceRoot);
    return [
      ...nodesOf(sources, places, built, options),
      ...uiNodes(files, manifests, workspaceRoot, options),
    ];
  },
];

/** Returns a result for each file, and one before it for each project. Nx merges those of one project. */
function nodesOf(
  sources: readonly SourceFile[],
  places: Map<string, Place>,
  built: ReadonlySet<string>,
  options: Required<PluginOptions>,
): CreateNodesResultArray {
  const placeOf = (source: SourceFile) => places.get(source.file) as Place;
  const ofRoots = new Map<string, SourceFile[]>();
  for (const source of sources) {
    const { root } = placeOf(source);
    ofRoots.set(root, [...(ofRoots.get(root) ?? []), source]);
  }
  const namesakes = namesakesOf(sources);
  const described = new Set<string>();
  const names = new Map<FlowSource, TargetNames>();
  for (const [root, together] of ofRoots) {
    const byPath = together.toSorted((a, b) => (a.file < b.file ? -1 : 1));
    const files = together.map(({ file, flows }) => ({ file, flows: flows.map(({ name }) => name) }));
    const flows = byPath.flatMap((source) => source.flows.map((flow) => ({ flow, source })));
    const named = flows.map(({ flow, source }) => ({
      flow: flow.name,
      suffix: suffixOf(flow.name, source.file, root, files),
      steps: flow.known.map(({ name }) => name),
    }));
    const found = targetNames(named, placeOf(together[0] as SourceFile).name, options);
    for (const [i, { flow }] of flows.entries()) names.set(flow, found.names[i] as TargetNames);
    for (const collision of found.collisions) warnOnce(collision);
  }
  return sources.flatMap((source): CreateNodesResultArray => {
    const { root, name, existing } = placeOf(source);
    const together = ofRoots.get(root) as SourceFile[];
    // Without a prototype it is a hash table at once, which saves milliseconds with names that no other project has.
    const targets: Record<string, TargetConfiguration> = Object.create(null);
    const targetGroups: Record<string, string[]> = {};
    for (const flow of source.flows) {
      const namesake = namesakes.get(flow.name)?.find((file) => file !== source.file);
      const own = names.get(flow) as TargetNames;
      const mine: FlowTargets = {
        flow,
        file: source.file,
        project: name,
        root,
        names: own,
        shared: source.flows.length > 1,
        ...(source.error === undefined ? {} : { error: source.error }),
        ...(source.lost ? { lost: true } : {}),
        ...(built.has(source.file) ? { built: true } : {}),
        ...(namesake === undefined ? {} : { namesake }),
      };
      addTargets(mine, targets);
      targetGroups[`flow ${flow.name}`] = Object.values(own.flow);
      // Nx sorts the groups by name, so those of a flow are neighbours.
      if (own.steps.size > 0) targetGroups[`flow ${flow.name} steps`] = [...own.steps.values()];
      if (own.aliases.size > 0) targetGroups['long names'] = [...own.aliases.keys()];
    }
    // Nx appends lists when it merges, so only the first file of a project gives them.
    const first = !described.has(root);
    const technologies = first ? { technologies: ['nx-flow'] } : {};
    described.add(root);
    const project = {
      root,
      // An existing project's name is not given again, since that would rename it.
      ...(existing ? {} : { name }),
      namedInputs: FLOW_INPUTS,
      targets,
      metadata: { ...technologies, ...(existing ? {} : { description: describe(together) }), targetGroups },
    };
    const result = [source.file, { projects: { [root]: project } }] as const;
    return first ? [[source.file, { projects: { [root]: withoutGroups() } }], result] : [result];
  });
}

/**
 * A project that has groups, but none yet. Nx keeps an entry for each target of a group, in a file that every command
 * writes, unless the project has groups already.
 */
const withoutGroups = (): Pick<ProjectConfiguration, 'metadata'> => ({ metadata: { targetGroups: {} } });

/** The description in `nx graph` and `nx show project` of a folder that is a project only for its flows. */
function describe(sources: readonly SourceFile[]): string {
  const names = [...new Set(sources.flatMap(({ flows }) => flows.map(({ name }) => name)))].sort();
  return `${names.length > 1 ? 'Flows' : 'Flow'} ${names.join(', ')}`;
}

/** Files by the names of their flows. Runs and outputs belong to a name: two flows with it would share them. */
function namesakesOf(sources: readonly SourceFile[]): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const { file, flows } of sources) {
    // A flow that the parser does not find has its file's name here, which is not its real one.
    for (const { name, steps } of flows)
      if (steps.length > 0) files.set(name, [...(files.get(name) ?? []), file]);
  }
  return files;
}

/**
 * A file that does not parse keeps its targets, and running one shows the full error. An
 * AggregateCreateNodesError, Nx's way to report a broken file, would stop every command in the workspace until the
 * last half-written line is finished: tests, builds, and spins of any other flow.
 */
function warningsOf({ file, flows, error, lost }: SourceFile, root: string): string[] {
  const uncached = flows.filter((flow) => flowInputs(flow, file, root) === undefined);
  return [
    ...(error === undefined ? [] : [`${error}. The flow keeps its targets.`]),
    ...(lost
      ? ['what was read of flows cannot be kept where Nx keeps its data: Nx replays nothing of them.']
      : []),
    ...flows.flatMap(({ name, hashed = [] }) =>
      hashed.map(
        (secret) =>
          `${file}: ${secret} is a secret of the flow ${name} and stands in its inputs, whose variables Nx hashes. It is left out; the flow is refused until it is removed there.`,
      ),
    ),
    ...uncached.map((flow) => `${file}: ${whyUnknown(flow, file, root)}. Nothing of the flow is replayed.`),
  ];
}

const warned = new Set<string>();

function warnOnce(warning: string): void {
  if (warned.has(warning)) return;
  warned.add(warning);
  process.stderr.write(`nx-flow: ${warning}\n`);
}
