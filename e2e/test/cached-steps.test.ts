/** Which steps are executed, as targets of their own, and which are replayed or still valid: a truth table, against the real thing. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { STEPS, Sums } from '../lib/sums';

const workspace = new Sums('cached-steps');
const { warm: nx } = workspace;

/** The steps of a text that were executed; the others were replayed, or what they had left is still valid. */
function executedIn(text: string, steps: readonly string[]): string[] {
  return steps.filter((step) => {
    const block = text.match(new RegExp(`> nx run flows:spin-${step}\\b(.*)\\n([^>]*)`));
    return !/\[.*(cache|existing).*\]/.test(block?.[1] ?? '') && !/^still valid: /m.test(block?.[2] ?? '');
  });
}
async function executed(...args: string[]): Promise<string[]> {
  const { code, text } = await nx('run', 'flows:spin-end', ...args);
  expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target spin-end')]);
  return executedIn(text, STEPS);
}
const folders = (): unknown => STEPS.map((step) => workspace.artifacts(`steps/${step}`));

const table: [what: string, expected: unknown, found: unknown][] = [];
async function row(what: string, expected: string[], ...args: string[]): Promise<void> {
  table.push([what, expected, await executed(...args)]);
}
/** One difference alone from what is cached: whether Nx would execute the first step for it, and so all of them. */
async function differs(
  what: string,
  expected: 'executed' | 'replayed',
  files: Record<string, string | object>,
  ...args: string[]
): Promise<void> {
  await workspace.meanwhile(files, async () => {
    const { text } = await workspace.ask('run', 'flows:spin-start', ...args);
    const replayed = text.includes('Nx read the output from the cache');
    table.push([what, expected, replayed ? 'replayed' : 'executed']);
  });
}
/** Every row at once: one that is wrong should not hide the next. */
function expectTable(): void {
  const rows = table.splice(0);
  expect(rows.map(([what, , found]) => [what, found])).toEqual(
    rows.map(([what, expected]) => [what, expected]),
  );
}
/** What all of it left is what a fresh execution leaves. */
async function expectFresh(): Promise<void> {
  const left = folders();
  expect(await executed('--skip-nx-cache')).toEqual(STEPS);
  expect(folders()).toEqual(left);
}

test('only what an edit changes is executed, and what sees another result', async () => {
  expect((await nx('run', 'flows:spin-end')).text).toContain('Successfully ran target spin-end');
  await row('nothing changed', []);
  workspace.edit('flows/sums.flow.ts', 'export const all', '// a comment\nexport const all');
  await row('a comment', []);
  workspace.edit('flows/sums.flow.ts', 'input * input', 'input ** 2');
  await row('the code of a step, with equal results', ['each']);
  workspace.edit('flows/sums.flow.ts', '+ far + text.length', '+ far + text.length + 1');
  await row('the code of a step, with another result', ['sum', 'each', 'all', 'tell', 'end']);
  workspace.edit('flows/lib.ts', 'unused = 1', 'unused = 2');
  await row('what nobody uses of an imported module', []);
  workspace.edit('flows/lib.ts', '2 * n', 'n * 2');
  await row('what a step uses of it, with equal results', ['sum']);
  workspace.edit('far/far.ts', '= 0', '= 100');
  await row('an imported module that is in no project', ['sum', 'each', 'all', 'tell', 'end']);
  await row('all of it again', []);
  expectTable();
  await expectFresh();
});

test('data files, the environment and parameters: any step may read them', async () => {
  await differs('nothing', 'replayed', {});
  const tsconfig = { 'tsconfig.base.json': { compilerOptions: { strict: false } } };
  await differs('a tsconfig', 'executed', tsconfig);
  workspace.install('1.0.1');
  await differs('the version of a package: loading it may do anything', 'executed', {});
  workspace.install('1.0.0');
  await differs('a data file of the project', 'executed', {
    'flows/words.txt': workspace.edited('flows/words.txt', 'the sum', 'our sum'),
  });
  await differs('a file of the project that the flow does not name', 'replayed', { 'flows/notes.md': 'x' });
  const rates = { 'data/rates.csv': '1,3\n' };
  await differs('a data file elsewhere that the flow names, and git ignores', 'executed', rates);
  workspace.env = { SUMS_MOOD: 'glad' };
  await differs('a variable that the flow names', 'executed', {});
  workspace.env = { SUMS_OTHER: 'x' };
  await differs('a variable that nobody names', 'replayed', {});
  workspace.env = {};
  const start = async (...args: string[]) => {
    const { code, text } = await nx('run', 'flows:spin-start', ...args);
    expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target spin-start')]);
  };
  await differs('a parameter', 'executed', {}, '--params.by=5');
  await start('--params.by=5');
  await differs('the same parameter', 'replayed', {}, '--params.by=5');
  workspace.write({ 'given.txt': 'four', 'given.json': { by: 2 } });
  await start('--params.text=given.txt');
  await differs('a parameter that is a file', 'replayed', {}, '--params.text=given.txt');
  await differs('another text in it', 'executed', { 'given.txt': 'twelve' }, '--params.text=given.txt');
  await start('--params-file=given.json');
  await differs('parameters from a file', 'replayed', {}, '--params-file=given.json');
  const other = { 'given.json': { by: 3 } };
  await differs('other parameters in it', 'executed', other, '--params-file=given.json');
  await row('without', []);
  workspace.edit('flows/words.txt', 'the sum', 'our sum');
  await row('a data file of the project: every step', STEPS, '--params.by=3');
  await row('the same', [], '--params.by=3');
  expectTable();
  workspace.edit('flows/words.txt', 'our sum', 'the sum');
});

test('an edit counts at once, whatever the ignore files say of .flow', async () => {
  const edited = {
    'flows/sums.flow.ts': workspace.edited('flows/sums.flow.ts', 'rows: [1, 2, 3]', 'rows: [1, 2]'),
  };
  const ignoring: [what: string, files: Record<string, string>][] = [
    ['git does not ignore it', { '.gitignore': 'node_modules\ndist\n.nx\ndata\n' }],
    ['Nx is told not to ignore it', { '.nxignore': '!.flow\n' }],
  ];
  for (const [what, files] of ignoring) {
    await workspace.meanwhile(files, async () => {
      // Nx hashes .gitignore itself.
      await executed();
      await row(`nothing changed, where ${what}`, []);
      await differs(`the code, where ${what}`, 'executed', edited);
    });
  }
  expectTable();
});

test('outputs that were deleted or changed come back, and a run changes nothing', async () => {
  await executed();
  await workspace.warmFlow('run', 'sums', '--params.by=7');
  await row('nothing changed but runs', []);
  const whole = folders();
  rmSync(workspace.path('dist'), { recursive: true });
  workspace.write({ 'dist/flow/sums/steps/tell/artifacts/text.txt': 'changed by hand' });
  await row('outputs deleted and changed by hand', []);
  expect(folders()).toEqual(whole);
  expectTable();
});

test('after a step was added the others keep what they left, and say so', async () => {
  await executed();
  workspace.edit(
    'flows/sums.flow.ts',
    'export default f.end(tell);',
    `export const more = f.step('more', { after: start }, () => ({ more: 1 }));
export const both = f.gather('both', { after: { tell, more } }, ({ inputs }) => ({ ...inputs.tell }));
export default f.end(both);`,
  );
  const { text } = await nx('run', 'flows:spin-end');
  expect(text).not.toMatch(/flows:spin-tell .*cache/);
  const kept = [
    ...text.matchAll(
      /^still valid: what sums\/(\w+) left in dist.*, since nothing that it depends on has changed$/gm,
    ),
  ];
  expect(kept.map(([, step]) => step).sort()).toEqual(['all', 'each', 'start', 'sum', 'tell']);
  workspace.edit('flows/sums.flow.ts', 'input ** 2', 'input * input');
  expect(await executed()).toEqual(['each']);
  // A folder that is not whole is kept by nobody.
  rmSync(workspace.path('dist/flow/sums/steps/tell/artifacts/text.txt'));
  workspace.edit('flows/sums.flow.ts', "'more'", "'less'");
  expect(await executed()).toEqual(['tell']);
  expect(workspace.artifacts('steps/tell')?.[0]?.[2]).toContain('the sum');
});

test('the end is that of a run', async () => {
  expect((await nx('run', 'flows')).text).toContain('done');
  await executed();
  const dumped = (await workspace.warmFlow('dump', 'sums', 'end', '--json')).json().artifacts;
  const handed = (workspace.artifacts('steps/end') ?? []).map(([name, , text]) => [
    name,
    name === 'text' ? text : JSON.parse(text),
  ]);
  expect(Object.fromEntries(handed)).toEqual(dumped);
});

test('a step that may ask who executes it is the user’s own, and no other', async () => {
  const flow = readFileSync(workspace.path('flows/sums.flow.ts'), 'utf8');
  const grace = async () => {
    workspace.env = { NX_FLOW_USER: 'grace' };
    const found = await executed();
    workspace.env = {};
    return found;
  };
  await executed();
  expect([await executed(), await grace()]).toEqual([[], []]);
  workspace.edit(
    'flows/sums.flow.ts',
    "'all', { after: each }, ({ inputs })",
    "'all', { after: each }, ({ inputs, current })",
  );
  workspace.edit(
    'flows/sums.flow.ts',
    'inputs[0]?.sum ?? 0',
    '(inputs[0]?.sum ?? 0) + 0 * current.user.length',
  );
  expect([await executed(), await executed(), await grace(), await grace()]).toEqual([
    ['all'],
    [],
    ['all'],
    [],
  ]);
  workspace.write({ 'flows/sums.flow.ts': flow });
  expect(await executed()).toEqual([]);
});

test('a flow whose inputs are computed is executed each time, and says so', async () => {
  workspace.edit('flows/sums.flow.ts', "inputs: ['*.txt'", "inputs: ['*.txt'.trim()");
  for (let i = 0; i < 2; i++) {
    // A process tells it once.
    await workspace.forget('plugin');
    const { code, text } = await nx('run', 'flows:spin-start');
    expect([code, text]).toEqual([0, expect.not.stringMatching(/cache\]|still valid: what/)]);
    expect(text).toContain('nx-flow: flows/sums.flow.ts: the inputs of the flow sums are computed');
  }
});

test('of eight steps, an edit executes one and what comes after it; nothing after it where the result is equal', async () => {
  const line = (name: string, after: string, value: string) =>
    `export const ${name} = f.step('${name}', { after: ${after} }, ({ self }) => ({ ${name}: ${value} }));\n`;
  const flow = `import { flow } from '@nx-flow/core';
const f = flow('eight');
export const start = f.start(() => ({ n: 1 }));
${line('a', 'start', 'self.n + 1')}${line('b', 'a', 'self.a + 1')}
${line('d', 'start', 'self.n + 4')}${line('e', 'd', 'self.d + 1')}
export const h = f.gather('h', { after: { b, e } }, ({ inputs }) => ({ h: inputs.b.b + inputs.e.e }));
${line('i', 'h', 'self.h * 2')}export default f.end(i);
`;
  const steps = ['start', 'a', 'b', 'd', 'e', 'h', 'i', 'end'];
  const after = async (text: string) => {
    workspace.write({ 'eight/eight.flow.ts': text });
    const { code, text: said } = await nx('run', 'eight:spin-end');
    expect([code, said]).toEqual([0, expect.any(String)]);
    const replayed = (step: string) => new RegExp(`spin-${step}\\b.*(cache|existing)`).test(said);
    const i = readFileSync(join(workspace.folder, 'dist/flow/eight/steps/i/artifacts/i.json'), 'utf8');
    return [
      steps.filter((step) => !replayed(step) && !said.includes(`still valid: what eight/${step} left`)),
      JSON.parse(i),
    ];
  };
  expect(await after(flow)).toEqual([steps, 18]);
  expect(await after(flow.replace('self.d + 1', 'self.d + 5'))).toEqual([['e', 'h', 'i', 'end'], 26]);
  expect(await after(flow.replace('self.d + 1', '5 + self.d'))).toEqual([['e'], 26]);
});
