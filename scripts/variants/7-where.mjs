/** Which folder a command works in, whatever lies in the folders above; and what a command that is refused leaves there. Long, because it is a list. */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { said } from './lib/workspace.mjs';

export const kind = 7;
export const title = 'Where am I?';

const FLOW = `import { flow } from '@nx-flow/core';
import { z } from 'zod';
const f = flow('shop', { params: { n: z.coerce.number().default(1) } });
const start = f.start(() => ({ list: [1] }));
export default f.end(f.step('next', { after: start }, ({ self }) => ({ n: self.list.length })));
`;
/** A flow of somebody else: that its file was executed can be seen. */
const EVIL = (name = 'evil') => `import { flow } from '@nx-flow/core';
import { writeFileSync } from 'node:fs';
writeFileSync(__dirname + '/executed', '');
const f = flow('${name}');
export default f.end(f.start(() => ({})));
`;

const npm = (...workspaces) => JSON.stringify({ workspaces });

/** Files below a folder without any package.json above. */
function place(w, files) {
  rmSync(w.path('package.json'));
  for (const [name, text] of Object.entries(files)) w.write(name, text);
}

/** Every folder and file with its content, but for what is installed. */
function tree(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => !name.startsWith('node_modules'));
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      return [name, lstatSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8') : ''];
    }),
  );
}

/** A run that is started in a folder has its store in another one, and nowhere else. */
const works =
  (files, started, expected, at = started) =>
  async (w) => {
    place(w, { ...files, [`${at}/shop.flow.ts`]: FLOW });
    const ran = await w.flow('run', 'shop', '--max-workers=1', { cwd: w.path(started) });
    if (ran.code !== 0) return `The run ended with ${said(ran)}`;
    const made = readdirSync(w.dir, { recursive: true }).filter(
      (name) => name.endsWith('.flow/stamp.json') || name.endsWith('.flow/db'),
    );
    const stores = [...new Set(made.map((name) => name.replace(/\/?\.flow\/.*$/, '')))];
    return stores.length === 1 && stores[0] === expected
      ? undefined
      : `The store was made in ${stores.map((name) => name || 'the folder above all')}, not in ${expected}.`;
  };

/** Commands in a folder of one's own execute nothing of a folder above, and find their own flow. */
async function executesNothing(w, started, above) {
  const checked = await w.flow('check', { cwd: w.path(started) });
  if (w.exists(`${above}/executed`)) return 'A flow of the folder above was executed.';
  if (checked.code !== 0) return `check ended with ${said(checked)}`;
  const ran = await w.flow('run', 'evil', { cwd: w.path(started) });
  if (w.exists(`${above}/executed`)) return 'A flow of the folder above was executed by its name.';
  return ran.code === 2 ? undefined : `run evil ended with ${said(ran)}`;
}

/** Commands that are refused change nothing in the workspace. */
const leavesNothing =
  (commands, options = {}, files = {}) =>
  async (w) => {
    w.write('shop.flow.ts', FLOW);
    for (const [name, text] of Object.entries(files)) w.write(name, text);
    const before = tree(w.dir);
    for (const args of commands) {
      const { code, ...rest } = await w.flow(...args, options);
      if (code !== 2) return `${args.join(' ')} ended with ${said({ code, ...rest })}`;
      const after = tree(w.dir);
      const changed = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
      if (changed.length > 0) return `${args.join(' ')} wrote ${changed.join(', ')}.`;
    }
    return undefined;
  };

export const variants = [
  {
    name: 'a root that excludes the package from its workspaces',
    check: works(
      { 'r/package.json': npm('apps/*', '!apps/shop'), 'r/apps/shop/package.json': '{}' },
      'r/apps/shop',
      'r/apps/shop',
    ),
  },
  {
    name: 'a root of yarn, with an object of workspaces, that lists others',
    check: works(
      {
        'r/package.json': '{"workspaces":{"packages":["libs/*"],"nohoist":[]}}',
        'r/apps/shop/package.json': '{}',
      },
      'r/apps/shop',
      'r/apps/shop',
    ),
  },
  {
    name: 'a root of pnpm that has no package.json',
    check: works(
      { 'r/pnpm-workspace.yaml': "packages:\n  - 'apps/*'\n", 'r/apps/shop/package.json': '{}' },
      'r/apps/shop',
      'r',
    ),
  },
  {
    name: 'a root of pnpm below a stray root of npm that lists something else',
    check: works(
      {
        'package.json': npm('old/*'),
        'r/package.json': '{}',
        'r/pnpm-workspace.yaml': 'packages: [apps/**]\n',
        'r/apps/a/shop/package.json': '{}',
      },
      'r/apps/a/shop',
      'r',
    ),
  },
  {
    name: 'an nx.json above a package that has a .flow of its own',
    check: works(
      {
        'r/nx.json': '{}',
        'r/package.json': '{}',
        'r/apps/shop/package.json': '{}',
        'r/apps/shop/.flow/index.json': '{}',
      },
      'r/apps/shop',
      'r',
    ),
  },
  {
    name: 'an nx.json above a package that is a root of workspaces itself',
    check: works(
      {
        'r/nx.json': '{}',
        'r/apps/shop/package.json': npm('parts/*'),
        'r/apps/shop/parts/x/package.json': '{}',
      },
      'r/apps/shop/parts/x',
      'r',
    ),
  },
  {
    name: 'a package.json above that cannot be read',
    check: works({ 'package.json': '{ "workspaces": [', 'shop/package.json': '{}' }, 'shop', 'shop'),
  },
  {
    name: 'a .flow above that is a plain file, and no package anywhere',
    check: works({ '.flow': 'notes', 'a/b/c.txt': '' }, 'a/b', 'a/b'),
  },
  {
    name: 'a package inside of node_modules that lies below a stray package.json',
    check: works(
      { 'package.json': '{}', 'shop/package.json': '{}', 'shop/node_modules/x/package.json': '{}' },
      'shop/node_modules/x',
      'shop',
      'shop',
    ),
  },
  {
    name: 'two projects with flows of one name below a stray package.json',
    check: async (w) => {
      place(w, { 'package.json': '{}' });
      for (const name of ['one', 'two']) {
        w.write(`${name}/package.json`, '{}');
        w.write(`${name}/shop.flow.ts`, FLOW);
      }
      for (const name of ['one', 'two']) {
        const ran = await w.flow('run', 'shop', '--json', '--max-workers=1', { cwd: w.path(name) });
        if (!ran.stdout.includes('"pathspec":"shop/1"')) return `The run in ${name} ended with ${said(ran)}`;
      }
      return undefined;
    },
  },
  {
    name: 'check and run execute no flow of a folder above that lists other packages',
    check: async (w) => {
      place(w, {
        'r/package.json': npm('theirs/*'),
        'r/theirs/evil.flow.ts': EVIL(),
        'r/mine/package.json': '{}',
        'r/mine/shop.flow.ts': FLOW,
      });
      return executesNothing(w, 'r/mine', 'r/theirs');
    },
  },
  {
    name: 'an nx.json in a folder that everybody can write',
    check: async (w) => {
      place(w, {
        'r/nx.json': '{}',
        'r/evil.flow.ts': EVIL(),
        'r/mine/package.json': '{}',
        'r/mine/shop.flow.ts': FLOW,
      });
      chmodSync(w.path('r'), 0o1777);
      return executesNothing(w, 'r/mine', 'r');
    },
  },
  {
    name: 'a root of workspaces that lists the package, and that another user owns (as root only)',
    check: async (w) => {
      if (process.getuid?.() !== 0) return undefined;
      place(w, {
        'r/package.json': npm('*'),
        'r/evil.flow.ts': EVIL(),
        'r/mine/package.json': '{}',
        'r/mine/shop.flow.ts': FLOW,
      });
      chownSync(w.path('r'), 4321, 4321);
      return executesNothing(w, 'r/mine', 'r');
    },
  },
  {
    name: "a folder that one's group can write counts, since the package is listed there (also before)",
    check: async (w) => {
      mkdirSync(w.path('r'));
      chmodSync(w.path('r'), 0o2775);
      return works(
        { 'r/package.json': npm('apps/*'), 'r/apps/shop/package.json': '{}' },
        'r/apps/shop',
        'r',
      )(w);
    },
  },
  {
    name: 'an executor of Nx takes the root of its context, whatever lies nearer',
    check: async (w) => {
      place(w, {
        'nx.json': '{}',
        'apps/shop/.flow/index.json': '{}',
        'apps/shop/nx.json': '{}',
        'apps/shop/shop.flow.ts': FLOW,
      });
      w.write(
        'execute.cjs',
        `const { default: run } = require(${JSON.stringify(join(w.build, 'packages/flow-plugin/dist/executors/run.js'))});
         const root = ${JSON.stringify(w.dir)};
         const context = { root, cwd: root + '/apps/shop', projectName: 'shop', targetName: 'run', isVerbose: false,
           projectsConfigurations: { version: 2, projects: { shop: { root: 'apps/shop', targets: { run: {} } } } }, nxJsonConfiguration: {} };
         process.chdir(context.cwd);
         run({ flow: 'apps/shop/shop.flow.ts' }, context).then(({ success }) => process.exit(success ? 0 : 1));`,
      );
      const ran = await w.node('execute.cjs');
      if (ran.code !== 0) return `The executor ended with ${said(ran)}`;
      return existsSync(w.path('.flow/db')) ? undefined : 'The store is not in the root of the context.';
    },
  },
  {
    name: 'refused commands that read leave no .flow',
    check: leavesNothing([
      ['diff', 'shop', '1', '2'],
      ['logs', 'shop', '3'],
      ['tag', 'shop', '1', '--add=x'],
      ['show', 'shop', '1/next'],
    ]),
  },
  {
    name: 'refused commands make no store in NX_FLOW_STORE',
    check: leavesNothing(
      [
        ['resume', 'shop', 'next'],
        ['run', 'shop', '--params.m=1'],
        ['spin', 'shop', 'next', '--set.list=[]'],
      ],
      { env: { NX_FLOW_STORE: 'else/where' } },
    ),
  },
  {
    name: 'a refused run leaves the file for its number as it was',
    check: leavesNothing(
      [['run', 'shop', '--params.n=many', '--run-id-file=id.txt']],
      {},
      { 'id.txt': '77' },
    ),
  },
  {
    name: 'an option that does not exist, and a step that does not, where --persist and --store would write',
    check: leavesNothing([
      ['spin', 'shop', 'start', '--persist', '--sett.x=1', '--store=s'],
      ['spin', 'shop', 'nowhere', '--persist', '--store=s'],
      ['step', 'shop', 'nowhere', '--store=s'],
    ]),
  },
  {
    name: 'a Runner that is refused writes nothing into the workspace (also before)',
    check: async (w) => {
      w.write('shop.flow.ts', FLOW);
      w.write(
        'test.mjs',
        `import { Runner } from '@nx-flow/core/testing';
         const runner = new Runner('shop.flow.ts');
         for (const work of [() => runner.spin('nowhere'), () => runner.run({ params: { m: 1 } })])
           await work().then(() => console.log('done'), (error) => console.log(error.code));
         await runner.dispose();`,
      );
      const before = JSON.stringify(tree(w.dir));
      const ran = await w.node('test.mjs');
      if (ran.stdout !== 'FLOW_STEP_NOT_FOUND\nFLOW_PARAMS\n') return `It ended with ${said(ran)}`;
      return JSON.stringify(tree(w.dir)) === before ? undefined : 'Something was written.';
    },
  },
];
