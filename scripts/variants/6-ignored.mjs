import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { said } from './lib/workspace.mjs';

export const kind = 6;
export const title = 'What the ignore files of an Nx workspace say decides what is replayed';

const flowThat = (n) => `import { flow } from '@nx-flow/core';
const f = flow('odd');
export const start = f.start(() => ({ n: ${n} }));
export const next = f.step('next', { after: start }, ({ self }) => ({ n: 10 * self.n }));
export default f.end(next);
`;

const MOST = 'node_modules\n.nx\ndist\n';

/** `gitignore` and `nxignore` are the texts of these files; without one, there is no such file. `at` is the project's folder. */
const workspaces = {
  'all is ignored': { gitignore: `${MOST}.flow\n` },
  '.flow is not ignored': { gitignore: MOST },
  'there is no ignore file': {},
  '.flow is ignored by .nxignore alone': { gitignore: MOST, nxignore: '.flow\n' },
  '.nxignore takes back that .flow is ignored': { gitignore: `${MOST}.flow\n`, nxignore: '!.flow\n' },
  'the store is in a folder that is not ignored': {
    gitignore: 'node_modules\n.nx\n',
    env: { NX_FLOW_STORE: 'data/store' },
  },
  'the store is in the project, and not ignored': {
    gitignore: 'node_modules\n.nx\n',
    env: { NX_FLOW_STORE: 'apps/odd/store' },
  },
  'dist is not ignored': { gitignore: 'node_modules\n.nx\n.flow\n' },
  'a git repository, and .flow is not ignored': { gitignore: MOST, git: true },
  'a git worktree, and .flow is not ignored': { gitignore: MOST, git: true, worktree: true },
  'an odd name of the project, and .flow is not ignored': { gitignore: MOST, at: 'apps/o d+d@é' },
  'a name of the project that is a glob, and .flow is not ignored': { gitignore: MOST, at: 'apps/[odd]' },
  'the root is the project, and nothing is ignored': { at: '.' },
  'the data of Nx are elsewhere, and .flow is not ignored': {
    gitignore: `${MOST}.data\n`,
    env: { NX_WORKSPACE_DATA_DIRECTORY: '.data' },
  },
};

export const variants = Object.entries(workspaces).flatMap(([what, options]) =>
  [false, true].map((daemon) => ({
    name: `${what}; the daemon is ${daemon ? 'on' : 'off'}: what is shown is of the code as it is`,
    check: (w) => unlessTheirOwn(w, daemon, options),
  })),
);

/** What is wrong unless each command shows what the code of that time returns. */
async function unlessTheirOwn(w, daemon, { at = 'apps/odd', env: more, ...options }) {
  w.link('nx', '@nx/devkit');
  if (options.gitignore) w.write('.gitignore', options.gitignore);
  if (options.nxignore) w.write('.nxignore', options.nxignore);
  w.write('nx.json', '{ "analytics": false, "plugins": ["@nx-flow/plugin"] }');
  w.write('package.json', '{ "name": "variant", "private": true }');
  w.write(`${at}/package.json`, '{ "name": "odd", "private": true }');
  w.write(`${at}/odd.flow.ts`, flowThat(0));
  if (options.git) committed(w);
  const home = options.worktree ? worktree(w) : '.';
  const cwd = w.path(home);
  const env = {
    ...(daemon ? { NX_DAEMON: 'true', CI: 'false' } : {}),
    NX_NO_CLOUD: 'true',
    NX_CACHE_DIRECTORY: w.path(home, '.nx/cache'),
    NX_WORKSPACE_DATA_DIRECTORY: w.path(home, '.nx/workspace-data'),
    ...more,
  };
  const nx = (...args) => w.nx(...args, { cwd, env, limit: 90_000 });
  if (daemon) w.after(() => nx('daemon', '--stop'));
  const shown = async (n, expected, folder, ...args) => {
    w.write(`${home}/${at}/odd.flow.ts`, flowThat(n));
    const result = await nx(...args, '--outputStyle=static');
    if (result.code !== 0) return `${args.join(' ')}, n=${n}: ${said(result)}`;
    const found = JSON.parse(w.read(`${home}/dist/flow/odd/${folder}/artifacts/n.json`));
    return found === expected ? undefined : `${args.join(' ')}: expected ${expected}, got ${found}`;
  };
  for (const n of [1, 2, 3, 1]) {
    const wrong = await shown(n, 10 * n, 'steps/next', 'run', 'odd:spin-next');
    if (wrong) return wrong;
  }
  const run = await nx('run', 'odd:run');
  if (run.code !== 0) return said(run);
  for (const n of [2, 3, 2]) {
    const wrong = await shown(n, n, 'spin/start', 'run', 'odd:spin', '--step=start');
    if (wrong) return wrong;
  }
  return undefined;
}

const git = (w, ...args) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
    cwd: w.dir,
    stdio: 'pipe',
  });

function committed(w) {
  git(w, 'init', '-q');
  git(w, 'add', '.');
  git(w, 'commit', '-qm', 'all');
}

/** Makes a worktree with the same packages; gives its folder. */
function worktree(w) {
  git(w, 'worktree', 'add', '-q', 'beside');
  cpSync(w.path('node_modules'), w.path('beside/node_modules'), { recursive: true, verbatimSymlinks: true });
  return 'beside';
}
