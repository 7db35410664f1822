// Every command and every block of code of README and docs is executed. CONTRIBUTING.md, "Docs", has the conventions.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPage } from './lib/markdown';
import { type Fragment, PageExecution } from './lib/page';
import { PAGES } from './lib/pages';
import { ROOT, Workspaces, write } from './lib/workspace';

const workspaces = new Workspaces();
const fragments: Fragment[] = [];
afterAll(() => workspaces.dispose());

describe('what the pages say is so', () => {
  test.each(PAGES)('%s', async (name) => {
    const execution = new PageExecution(readPage(ROOT, name), workspaces, join(workspaces.folder, 'types'));
    const wrong = await execution.execute();
    fragments.push(...execution.fragments);
    expect(wrong.join('\n')).toBe('');
  });
});

test('the code of all pages passes the compiler', () => {
  const options = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      allowJs: true,
      checkJs: false,
      noUnusedLocals: false,
      types: ['node', 'jest'],
    },
    include: ['types'],
  };
  write(join(workspaces.folder, 'tsconfig.json'), JSON.stringify(options));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', workspaces.folder], { encoding: 'utf8' });
  expect(stdout).toBe('');
});

test('what the pages declare can be imported, and flows among it run', () => {
  const report = join(workspaces.folder, 'fragments.json');
  const files = fragments.filter(({ typesOnly }) => !typesOnly).map(({ file }) => file);
  expect(files.length).toBeGreaterThan(0);
  const script = join(workspaces.folder, 'fragments.cjs');
  write(script, readFileSync(join(__dirname, 'lib', 'fragments.cjs'), 'utf8'));
  const { stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', script, ...files], {
    cwd: workspaces.folder,
    encoding: 'utf8',
    env: { ...process.env, REPORT: report },
  });
  const failed = JSON.parse(readFileSync(report, 'utf8')) as { file: string; error: string }[];
  const places = failed.map(({ file, error }) => `${fragments.find((f) => f.file === file)?.at}  ${error}`);
  expect(places.join('\n') || stderr).toBe('');
});
