/** `nx g @nx-flow/plugin:init --agents`: what it writes, and that every command in it works as it is written. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMPTY, Generators } from '../kit/generators';

const OFFER =
  'AGENTS.md does not speak of flows; `npx nx g @nx-flow/plugin:init --agents` adds how to run and spin them.';
const FLOW = `import { flow } from '@nx-flow/core';
const f = flow('sums');
const start = f.start(() => ({ rows: [1, 2, 3] }));
const twice = f.foreach('twice', { after: start, over: 'rows' }, ({ input }) => {
  console.log('row', input);
  return { twice: 2 * input };
});
const sum = f.join('sum', { after: twice }, ({ inputs }) => ({ sum: inputs.map((i) => i.twice).reduce((a, b) => a + b) }));
const report = f.step('report', { after: sum }, ({ self }) => {
  if (!process.env.MENDED) throw new Error('broken');
  return { text: String(self.sum) };
});
export default f.end(report);
`;

let generators: Generators;
beforeAll(() => {
  generators = new Generators();
});
afterAll(() => generators.close());

const init = (files: Record<string, string>, options: object = { agents: true }) =>
  generators.run('init', { ...EMPTY, ...files }, options);
const agentsOf = async (before?: string) =>
  (await init(before === undefined ? {} : { 'AGENTS.md': before })).written['AGENTS.md'];

test('AGENTS.md is made where there is none: a section of ten numbered lines', async () => {
  const text = (await agentsOf()) ?? '';
  expect(text).toMatch(
    /^<!-- nx-flow: begin -->\n\n## Flows \(nx-flow\)\n[\s\S]*\n\n<!-- nx-flow: end -->\n$/,
  );
  expect(text.match(/^\d+\. /gm)).toHaveLength(10);
});

test.each([
  ['# Rules\n\nBe kind.\n', '# Rules\n\nBe kind.\n\n<!-- nx-flow: begin -->\n'],
  ['Be kind.', 'Be kind.\n\n<!-- nx-flow: begin -->\n'],
  ['Be kind.\n\n\n', 'Be kind.\n\n<!-- nx-flow: begin -->\n'],
  ['# Rules\r\nBe kind.\r\n', '# Rules\r\nBe kind.\r\n\r\n<!-- nx-flow: begin -->\r\n'],
  ['\n', '<!-- nx-flow: begin -->\n'],
])('the section comes behind what the file says: %j', async (before, begin) => {
  const text = (await agentsOf(before)) ?? '';
  expect(text.startsWith(begin)).toBe(true);
  const ends = text.match(/\r?\n/g) ?? [];
  expect(new Set(ends).size).toBe(1);
});

test('again, it changes nothing, also where the section was edited', async () => {
  const { written } = await init({ 'AGENTS.md': '# Rules\n' });
  const again = await init({ ...written });
  expect(again).toMatchObject({ written: {}, said: [] });
  const edited = written['AGENTS.md']?.replace(/^10\. .*$/m, '10. Ours.') ?? '';
  expect((await init({ ...written, 'AGENTS.md': edited })).written).toEqual({});
});

test('without --agents a file that is there gets an offer, once, and no text', async () => {
  const mine = { 'AGENTS.md': '# Rules\n' };
  const first = await init(mine, {});
  expect(first.written['AGENTS.md']).toBeUndefined();
  expect(first.said).toContain(OFFER);
  expect((await init({ ...mine, ...first.written }, {})).said).toEqual([]);
  expect((await init(mine, { agents: false })).said).not.toContain(OFFER);
  expect((await init({}, {})).said).not.toContain(OFFER);
});

test('every command of the section works as it is written', async () => {
  const text = (await agentsOf()) ?? '';
  const commands = [...text.matchAll(/`npx nx-flow ([^`]+)`/g)].map(([, command]) =>
    (command as string).replace('<flow>', 'sums').replace('<step>', 'twice').split(' '),
  );
  expect(commands.map(([name]) => name)).toEqual('check run spin spin resume dump why spin'.split(' '));
  const done = withWorkspace((folder) => execute(folder, commands));
  const codes = done.map(({ code }) => code);
  // The flow's last step is broken until the command that resumes.
  expect(codes).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
  const json = done.slice(0, -1).map(({ stdout }) => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
  const [check, run, spin, split, resume, dump, why] = json;
  expect(check.flows[0].steps).toEqual(['start', 'twice', 'sum', 'report', 'end']);
  expect(run).toMatchObject({ status: 'failed', error: { message: 'broken' } });
  for (const { artifacts, outputPath } of [spin, split]) {
    expect(artifacts.twice).toMatchObject({ change: 'same', preview: '2' });
    expect(outputPath).toBe('dist/flow/sums/spin/twice/0');
  }
  expect(resume).toMatchObject({ status: 'done', tasks: { failed: 0 } });
  expect(dump).toMatchObject({ pathspec: expect.any(String) });
  expect(why).toMatchObject({ same: true });
  expect(done.at(-1)?.stdout).toMatch(/twice/);
});

/** The commands one after another, as `nx-flow` executes each, in one process that starts in the workspace. */
function execute(folder: string, commands: string[][]): { code: number; stdout: string }[] {
  const script = `
    const { main } = require('@nx-flow/core/cli');
    let stdout = '';
    process.stdout.write = (text, then) => {
      stdout += text;
      if (typeof then === 'function') then();
      return true;
    };
    (async () => {
      const done = [];
      for (const args of ${JSON.stringify(commands)}) {
        if (args[0] === 'resume') process.env.MENDED = '1';
        stdout = '';
        done.push({ code: await main(args), stdout });
      }
      require('node:fs').writeFileSync('done.json', JSON.stringify(done));
      process.exit(0);
    })();`;
  execFileSync(process.execPath, ['-e', script], {
    cwd: folder,
    env: { ...process.env, CI: '1', NX_FLOW_USER: 'ada' },
    stdio: 'pipe',
  });
  return JSON.parse(readFileSync(join(folder, 'done.json'), 'utf8'));
}

/** A workspace outside of this one, with the flow. */
function withWorkspace<T>(use: (folder: string) => T): T {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-agents-')));
  try {
    mkdirSync(join(folder, 'node_modules/@nx-flow'), { recursive: true });
    symlinkSync(
      join(__dirname, '../../../flow-core'),
      join(folder, 'node_modules/@nx-flow/core'),
      'junction',
    );
    writeFileSync(join(folder, 'package.json'), '{ "name": "acme", "private": true }');
    writeFileSync(join(folder, 'sums.flow.ts'), FLOW);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
