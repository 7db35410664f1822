/** The generator `init`: makes a workspace one that has flows. `nx add @nx-flow/plugin` runs it; again, it changes nothing. */
import {
  addDependenciesToPackageJson,
  formatFiles,
  type GeneratorCallback,
  readNxJson,
  type Tree,
  updateNxJson,
} from '@nx/devkit';
import { ignoredByGit } from './git-ignore';

export interface InitOptions {
  skipPackageJson?: boolean;
  skipFormat?: boolean;
}

const PLUGIN = '@nx-flow/plugin';

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
  if (registered && namedInputs.default) return;
  updateNxJson(tree, {
    ...nxJson,
    // Spins are cached by `default`. Where nobody says what that is, Nx takes this: written down, it can be changed.
    namedInputs: { default: ['{projectRoot}/**/*'], ...namedInputs },
    plugins: registered ? plugins : [...plugins, PLUGIN],
  });
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
