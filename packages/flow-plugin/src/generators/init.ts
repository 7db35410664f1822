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
import { ignoredByGit } from './git-ignore';
import { isQuiet } from './told';

export interface InitOptions {
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
  register(tree);
  ignoredByGit(tree, ['.flow', 'dist']);
  const install = options.skipPackageJson ? () => {} : addPackages(tree);
  if (!options.skipFormat) await formatFiles(tree);
  return install;
}

function register(tree: Tree): void {
  if (!tree.exists('nx.json')) tree.write('nx.json', '{}\n');
  const nxJson = readNxJson(tree) ?? {};
  const { plugins = [], namedInputs = {} } = nxJson;
  const registered = plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === PLUGIN);
  if (registered && namedInputs.default && namedInputs.flowOutputs) return;
  updateNxJson(tree, {
    ...nxJson,
    // Spins are cached by `default`. Where nobody says what that is, Nx takes this: written down, it can be changed.
    namedInputs: { default: ['{projectRoot}/**/*'], flowOutputs: FLOW_OUTPUTS, ...namedInputs },
    plugins: registered ? plugins : [...plugins, PLUGIN],
  });
  if (namedInputs.flowOutputs || isQuiet()) return;
  logger.info('nx.json has the named input "flowOutputs" now, for targets that take what steps hand over.');
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
