/** Which steps are executed, as targets of their own, and which are replayed or kept: a truth table, against the real thing. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { STEPS, Sums } from '../lib/sums';
import { Workspace } from '../lib/workspace';

const workspace = new Sums('cached-steps');
const { nx } = workspace;

/** The steps that were executed; the others were replayed, or kept what they had left. */
function executed(...args: string[]): string[] {
  const { code, text } = nx('run', 'flows:spin-end', ...args);
  expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target spin-end')]);
  return STEPS.filter((step) => {
    const block = text.match(new RegExp(`> nx run flows:spin-${step}\\b(.*)\\n([^>]*)`));
    return !/\[.*(cache|existing).*\]/.test(block?.[1] ?? '') && !/^kept /m.test(block?.[2] ?? '');
  });
}
const folders = (): unknown => STEPS.map((step) => workspace.artifacts(`steps/${step}`));

const table: [what: string, expected: string[], found: string[]][] = [];
function row(what: string, expected: string[], ...args: string[]): void {
  table.push([what, expected, executed(...args)]);
}
/** Every row at once: one that is wrong should not hide the next. What all of it left is what a fresh execution leaves. */
function expectTable(): void {
  const rows = table.splice(0);
  expect(rows.map(([what, , found]) => [what, found])).toEqual(
    rows.map(([what, expected]) => [what, expected]),
  );
  const left = folders();
  expect(executed('--skip-nx-cache')).toEqual(STEPS);
  expect(folders()).toEqual(left);
}

test('only what an edit changes is executed, and what sees another result', () => {
  row('the first time', STEPS);
  row('nothing changed', []);
  workspace.edit('flows/sums.flow.ts', 'export const all', '// a comment\nexport const all');
  row('a comment', []);
  workspace.edit('flows/sums.flow.ts', 'input * input', 'input ** 2');
  row('the code of a step, with equal results', ['each']);
  workspace.edit('flows/sums.flow.ts', '+ far + text.length', '+ far + text.length + 1');
  row('the code of a step, with another result', ['sum', 'each', 'all', 'tell', 'end']);
  workspace.edit('flows/lib.ts', 'unused = 1', 'unused = 2');
  row('what nobody uses of an imported module', []);
  workspace.edit('flows/lib.ts', '2 * n', 'n * 2');
  row('what a step uses of it, with equal results', ['sum']);
  workspace.edit('far/far.ts', '= 0', '= 100');
  row('an imported module that is in no project', ['sum', 'each', 'all', 'tell', 'end']);
  workspace.install('1.0.1');
  row('the version of a package: loading it may do anything', STEPS);
  workspace.write({ 'tsconfig.base.json': { compilerOptions: { strict: false } } });
  row('a tsconfig', STEPS);
  expectTable();
});

test('data files, the environment and parameters', () => {
  executed();
  workspace.edit('flows/words.txt', 'the sum', 'our sum');
  row('a data file of the project: any step may read it', STEPS);
  workspace.write({ 'flows/notes.md': 'x' });
  row('a file of the project that the flow does not name', []);
  workspace.write({ 'data/rates.csv': '1,3\n' });
  row('a data file elsewhere that the flow names, and git ignores', STEPS);
  workspace.env = { SUMS_MOOD: 'glad' };
  row('a variable that the flow names', STEPS);
  workspace.env = { SUMS_MOOD: 'glad', SUMS_OTHER: 'x' };
  row('a variable that nobody names', []);
  workspace.env = {};
  row('as it was', []);
  row('a parameter', STEPS, '--params.by=5');
  row('the same parameter', [], '--params.by=5');
  workspace.write({ 'given.txt': 'four' });
  row('a parameter that is a file', STEPS, '--params.text=given.txt');
  row('the same text', [], '--params.text=given.txt');
  workspace.write({ 'given.txt': 'twelve' });
  row('another text in it', STEPS, '--params.text=given.txt');
  workspace.write({ 'given.json': { by: 2 } });
  row('parameters from a file', STEPS, '--params-file=given.json');
  workspace.write({ 'given.json': { by: 3 } });
  row('other parameters in it', STEPS, '--params-file=given.json');
  row('the same', [], '--params-file=given.json');
  row('without', []);
  expectTable();
});

test('outputs that were deleted or changed come back, and a run changes nothing', () => {
  executed();
  nx('run', 'flows', '--params.by=7');
  row('nothing changed but runs', []);
  const whole = folders();
  rmSync(workspace.path('dist'), { recursive: true });
  workspace.write({ 'dist/flow/sums/steps/tell/artifacts/text.txt': 'changed by hand' });
  row('outputs deleted and changed by hand', []);
  expect(folders()).toEqual(whole);
  expectTable();
});

test('after a step was added the others keep what they left, and say so', () => {
  executed();
  workspace.edit(
    'flows/sums.flow.ts',
    'export default f.end(tell);',
    `export const more = f.step('more', { after: start }, () => ({ more: 1 }));
export const both = f.gather('both', { after: { tell, more } }, ({ inputs }) => ({ ...inputs.tell }));
export default f.end(both);`,
  );
  const { text } = nx('run', 'flows:spin-end');
  expect(text).not.toMatch(/flows:spin-tell .*cache/);
  const kept = [
    ...text.matchAll(/^kept what sums\/(\w+) left in dist.*: nothing that it depends on has changed$/gm),
  ];
  expect(kept.map(([, step]) => step).sort()).toEqual(['all', 'each', 'start', 'sum', 'tell']);
  workspace.edit('flows/sums.flow.ts', 'input ** 2', 'input * input');
  expect(executed()).toEqual(['each']);
  // A folder that is not whole is kept by nobody.
  rmSync(workspace.path('dist/flow/sums/steps/tell/artifacts/text.txt'));
  workspace.edit('flows/sums.flow.ts', "'more'", "'less'");
  expect(executed()).toEqual(['tell']);
  expect(workspace.artifacts('steps/tell')?.[0]?.[2]).toContain('our sum');
});

test('the end is that of a run', () => {
  expect(nx('run', 'flows').text).toContain('done');
  executed();
  const dumped = workspace.nxFlow('dump', 'sums', 'end', '--json').json().artifacts;
  const handed = (workspace.artifacts('steps/end') ?? []).map(([name, , text]) => [
    name,
    name === 'text' ? text : JSON.parse(text),
  ]);
  expect(Object.fromEntries(handed)).toEqual(dumped);
});

test('a step that may ask who executes it is the user’s own, and no other', () => {
  const flow = readFileSync(workspace.path('flows/sums.flow.ts'), 'utf8');
  const grace = () => {
    workspace.env = { NX_FLOW_USER: 'grace' };
    const found = executed();
    workspace.env = {};
    return found;
  };
  executed();
  expect([executed(), grace()]).toEqual([[], []]);
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
  expect([executed(), executed(), grace(), grace()]).toEqual([['all'], [], ['all'], []]);
  workspace.write({ 'flows/sums.flow.ts': flow });
  expect(executed()).toEqual([]);
});

test('a flow whose inputs are computed is executed each time, and says so', () => {
  workspace.edit('flows/sums.flow.ts', "inputs: ['*.txt'", "inputs: ['*.txt'.trim()");
  for (let i = 0; i < 2; i++) {
    const { code, text } = nx('run', 'flows:spin-start');
    expect([code, text]).toEqual([0, expect.not.stringMatching(/cache\]|kept what/)]);
    expect(text).toContain('nx-flow: flows/sums.flow.ts: the inputs of the flow sums are computed');
  }
});

test('of ten steps, an edit executes one and what comes after it; nothing after it where the result is equal', () => {
  const line = (name: string, after: string, value: string) =>
    `export const ${name} = f.step('${name}', { after: ${after} }, ({ self }) => ({ ${name}: ${value} }));\n`;
  const flow = `import { flow } from '@nx-flow/core';
const f = flow('ten');
export const start = f.start(() => ({ n: 1 }));
${line('a', 'start', 'self.n + 1')}${line('b', 'a', 'self.a + 1')}${line('c', 'b', 'self.b + 1')}
${line('d', 'start', 'self.n + 4')}${line('e', 'd', 'self.d + 1')}${line('g', 'e', 'self.e + 1')}
export const h = f.gather('h', { after: { c, g } }, ({ inputs }) => ({ h: inputs.c.c + inputs.g.g }));
${line('i', 'h', 'self.h * 2')}export default f.end(i);
`;
  const ten = new Workspace('cached-ten', { 'ten/ten.flow.ts': flow });
  const steps = ['start', 'a', 'b', 'c', 'd', 'e', 'g', 'h', 'i', 'end'];
  const after = (text: string) => {
    ten.write({ 'ten/ten.flow.ts': text });
    const { code, text: said } = ten.nx('run', 'ten:spin-end');
    expect([code, said]).toEqual([0, expect.any(String)]);
    const replayed = (step: string) => new RegExp(`spin-${step}\\b.*(cache|existing)`).test(said);
    const i = readFileSync(join(ten.folder, 'dist/flow/ten/steps/i/artifacts/i.json'), 'utf8');
    return [
      steps.filter((step) => !replayed(step) && !said.includes(`kept what ten/${step} left`)),
      JSON.parse(i),
    ];
  };
  expect(after(flow)).toEqual([steps, 22]);
  expect(after(flow.replace('self.d + 1', 'self.d + 5'))).toEqual([['e', 'g', 'h', 'i', 'end'], 30]);
  expect(after(flow.replace('self.d + 1', '5 + self.d'))).toEqual([['e'], 30]);
});
