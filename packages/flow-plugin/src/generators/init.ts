/** The generator `init`: prepares a workspace for flows. `nx add @nx-flow/plugin` runs it. It is idempotent. */
import {
  addDependenciesToPackageJson,
  formatFiles,
  type GeneratorCallback,
  logger,
  readNxJson,
  type Tree,
  updateNxJson,
} from '@nx/devkit';
import { describeFlows, describesFlows, hasAgentsFile } from './agents';
import { ignoredByGit } from './git-ignore';
import { isQuiet } from './report-errors';

export interface InitOptions {
  /** Whether AGENTS.md shall describe how to run flows. By default, an existing AGENTS.md leads to a hint. */
  agents?: boolean;
  skipPackageJson?: boolean;
  skipFormat?: boolean;
}

const PLUGIN = '@nx-flow/plugin';

/**
 * The input of a target that consumes steps' outputs. The list of artifacts has their digests and nothing that
 * differs between two executions with equal results, such as a log, a time or an error's stack.
 */
const FLOW_OUTPUTS = [{ dependentTasksOutputFiles: 'dist/flow/**/artifacts.json' }];

export default async function init(tree: Tree, options: InitOptions): Promise<GeneratorCallback> {
  const isNew = register(tree);
  ignoredByGit(tree, ['.flow', 'dist']);
  if (options.agents) describeFlows(tree);
  else if (options.agents === undefined && isNew) offerAgents(tree);
  const install = options.skipPackageJson ? () => {} : addPackages(tree);
  if (!options.skipFormat) await formatFiles(tree);
  return install;
}

/** @returns whether the plugin is newly registered */
function register(tree: Tree): boolean {
  if (!tree.exists('nx.json')) tree.write('nx.json', '{}\n');
  const nxJson = readNxJson(tree) ?? {};
  const { plugins = [], namedInputs = {} } = nxJson;
  const registered = plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === PLUGIN);
  if (registered && namedInputs.default && namedInputs.flowOutputs) return false;
  updateNxJson(tree, {
    ...nxJson,
    // Spins are cached by `default`. This is Nx's own default for it, written down so that it can be changed.
    namedInputs: { default: ['{projectRoot}/**/*'], flowOutputs: FLOW_OUTPUTS, ...namedInputs },
    plugins: registered ? plugins : [...plugins, PLUGIN],
  });
  if (!namedInputs.flowOutputs && !isQuiet())
    logger.info('nx.json has the named input "flowOutputs" now, for targets that take what steps hand over.');
  return !registered;
}

/** Prints the hint only if the workspace has a file for coding agents that does not describe flows yet. */
function offerAgents(tree: Tree): void {
  if (!hasAgentsFile(tree) || describesFlows(tree) || isQuiet()) return;
  logger.info(
    `AGENTS.md does not speak of flows; \`npx nx g ${PLUGIN}:init --agents\` adds how to run and spin them.`,
  );
}

/** Adds the packages that flows import, in this plugin's versions. Versions that are already there stay. */
function addPackages(tree: Tree): GeneratorCallback {
  // Nx can be installed without any package.json. Then no packages are added.
  if (!tree.exists('package.json')) return () => {};
  const core = require('@nx-flow/core/package.json') as {
    version: string;
    peerDependencies: { zod: string };
  };
  const packages = { '@nx-flow/core': core.version, zod: core.peerDependencies.zod };
  return addDependenciesToPackageJson(tree, packages, {}, 'package.json', true);
}
