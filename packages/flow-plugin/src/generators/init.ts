/** The generator `init`: makes a workspace one that has flows. `nx add @nx-flow/plugin` runs it; again, it changes nothing. */
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
  /** Whether AGENTS.md shall say how flows are run; where it is not given, a file that is there makes an offer. */
  agents?: boolean;
  skipPackageJson?: boolean;
  skipFormat?: boolean;
}

const PLUGIN = '@nx-flow/plugin';

/**
 * What a target takes that consumes steps' outputs: the list of artifacts has their digests, and nothing that differs
 * between two executions with equal results, as a log, a time or the stack in an error's file does.
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

/** @returns whether the plugin was not there before */
function register(tree: Tree): boolean {
  if (!tree.exists('nx.json')) tree.write('nx.json', '{}\n');
  const nxJson = readNxJson(tree) ?? {};
  const { plugins = [], namedInputs = {} } = nxJson;
  const registered = plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === PLUGIN);
  if (registered && namedInputs.default && namedInputs.flowOutputs) return false;
  updateNxJson(tree, {
    ...nxJson,
    // Spins are cached by `default`. Where nobody says what that is, Nx takes this: written down, it can be changed.
    namedInputs: { default: ['{projectRoot}/**/*'], flowOutputs: FLOW_OUTPUTS, ...namedInputs },
    plugins: registered ? plugins : [...plugins, PLUGIN],
  });
  if (!namedInputs.flowOutputs && !isQuiet())
    logger.info('nx.json has the named input "flowOutputs" now, for targets that take what steps hand over.');
  return !registered;
}

/** Only where coding agents are told of this workspace already, and only once. */
function offerAgents(tree: Tree): void {
  if (!hasAgentsFile(tree) || describesFlows(tree) || isQuiet()) return;
  logger.info(
    `AGENTS.md does not speak of flows; \`npx nx g ${PLUGIN}:init --agents\` adds how to run and spin them.`,
  );
}

/** What flows import when they run. The versions are those that this plugin comes with; others that are there stay. */
function addPackages(tree: Tree): GeneratorCallback {
  // Nx can be installed without any package.json; then packages are not ours to add.
  if (!tree.exists('package.json')) return () => {};
  const core = require('@nx-flow/core/package.json') as {
    version: string;
    peerDependencies: { zod: string };
  };
  const packages = { '@nx-flow/core': core.version, zod: core.peerDependencies.zod };
  return addDependenciesToPackageJson(tree, packages, {}, 'package.json', true);
}
