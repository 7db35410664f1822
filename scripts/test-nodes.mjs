/**
 * `npm run test:nodes`: the loop on other Nodes than the one that is installed, each as the npm package `node` has it:
 * a run and a spin (the quickstart), a spin through Nx, and Runner under jest. `npm run test:nodes -- 24` tries one.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24', '26'];
const modules = join(root, 'node_modules');
const LOOP = {
  'a run and a spin': ['scripts/quickstart.mjs'],
  'a spin of one split': ['packages/flow-core/bin/nx-flow.js', 'spin', 'movies', 'genre', '--index=3'],
  'a spin through Nx': [join(modules, 'nx/dist/bin/nx.js'), 'spin', 'movies', '--step=playlist'],
  'Runner under jest': [join(modules, 'jest/bin/jest.js'), 'examples'],
};

let failed = 0;
for (const version of versions) {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-node-'));
  try {
    const node = install(version, folder);
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    for (const [what, args] of Object.entries(LOOP)) {
      const {
        status,
        stdout: said,
        stderr,
      } = spawnSync(node, args, {
        cwd: root,
        encoding: 'utf8',
        env: environment(node, folder),
      });
      console.log(`${status === 0 ? '✓' : '✗'} Node ${stdout.trim()}: ${what}`);
      if (status !== 0) {
        failed++;
        console.log(said + stderr);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
process.exit(failed === 0 ? 0 : 1);

/** The program of a version, from the registry that npm has. */
function install(version, folder) {
  execFileSync(
    'npm',
    ['install', `node@${version}`, '--prefix', folder, '--no-audit', '--no-fund', '--silent'],
    {
      cwd: folder,
      shell: process.platform === 'win32',
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const found = ['node', 'node.exe']
    .map((name) => join(folder, 'node_modules/node/bin', name))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`The package node@${version} has no program for this platform.`);
  return found;
}

/** A store and a cache of their own: what is recorded and cached here is the user's. */
function environment(node, folder) {
  return {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
    CI: '1',
    NX_DAEMON: 'false',
    NX_CACHE_DIRECTORY: join(folder, 'cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(folder, 'workspace-data'),
    NX_FLOW_STORE: join(folder, 'store'),
  };
}
