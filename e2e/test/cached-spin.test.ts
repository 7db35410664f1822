/** What Nx replays of `nx spin` and what it executes: a truth table, against the real thing. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sums } from '../lib/sums';

const workspace = new Sums('cached-spin');
const { nx } = workspace;
const REPLAYED = 'Nx read the output from the cache';
const FOLDER = 'dist/flow/sums/spin/sum';

/** What Nx did. What is replayed must be what a fresh execution leaves and says. */
function spin(...args: string[]): 'hit' | 'miss' {
  const given = nx('spin', 'flows', ...args);
  expect([given.code, given.text]).toEqual([0, expect.stringContaining('Successfully ran target spin')]);
  const left = workspace.artifacts('spin/sum');
  expect(left).toHaveLength(1);
  if (!given.text.includes(REPLAYED)) return 'miss';
  const fresh = nx('spin', 'flows', ...args, '--skip-nx-cache');
  expect(fresh.text).not.toContain(REPLAYED);
  expect(workspace.artifacts('spin/sum')).toEqual(left);
  expect(tableOf(given.text)).toEqual(tableOf(fresh.text));
  return 'hit';
}

/** The lines on artifacts: with what each is compared. */
const tableOf = (text: string) => text.split('\n').filter((line) => /same|changed|new|gone/.test(line));

const table: [what: string, expected: 'hit' | 'miss', found: 'hit' | 'miss'][] = [];
function row(what: string, expected: 'hit' | 'miss', ...args: string[]): void {
  table.push([what, expected, spin('--step=sum', ...args)]);
}
/** Every row at once: one that is wrong should not hide the next. */
function expectTable(): void {
  const rows = table.splice(0);
  expect(rows.map(([what, , found]) => [what, found])).toEqual(
    rows.map(([what, expected]) => [what, expected]),
  );
}

beforeAll(() => {
  expect(nx('run', 'flows').text).toContain('sums/1 done');
});

test('sources, packages, tsconfig, data and the environment', () => {
  row('the first time', 'miss');
  row('nothing changed', 'hit');
  workspace.edit('flows/sums.flow.ts', '+ far + text.length', '+ text.length + far');
  row('the code of the step', 'miss');
  workspace.edit('flows/sums.flow.ts', 'export const each', '// a comment\nexport const each');
  row('a comment: the sources are others', 'miss');
  workspace.edit('flows/sums.flow.ts', 'input * input', 'input ** 2');
  row('another step: the sources are others', 'miss');
  workspace.edit('flows/lib.ts', '2 * n', 'n * 2');
  row('an imported module', 'miss');
  workspace.edit('far/far.ts', '= 0', '= 100');
  row('an imported module that is in no project', 'miss');
  workspace.edit('far/far.ts', '= 100', '= 0');
  row('that module as it was', 'hit');
  workspace.install('1.0.1');
  row('the version of a package', 'miss');
  workspace.write({ 'tsconfig.base.json': { compilerOptions: { strict: false } } });
  row('a tsconfig', 'miss');
  workspace.edit('flows/words.txt', 'the sum', 'our sum');
  row('a data file of the project', 'miss');
  workspace.write({ 'data/rates.csv': '1,3\n' });
  row('a data file elsewhere that the flow names, and git ignores', 'miss');
  workspace.write({ 'data/notes.md': 'x' });
  row('a file beside it', 'hit');
  workspace.env = { SUMS_MOOD: 'glad' };
  row('a variable that the flow names', 'miss');
  workspace.env.SUMS_OTHER = 'x';
  row('a variable that nobody names', 'hit');
  workspace.write({
    'flows/project.json': { name: 'flows', targets: { spin: { inputs: ['...', { env: 'SUMS_OTHER' }] } } },
  });
  row('the variable named by the project', 'miss');
  workspace.env.SUMS_OTHER = 'y';
  row('that variable', 'miss');
  workspace.env.SUMS_OTHER = 'x';
  row('that variable as it was', 'hit');
  workspace.env = {};
  workspace.edit(
    'flows/sums.flow.ts',
    'export default f.end(tell);',
    'const more = f.step("more", { after: tell }, () => ({}));\nexport default f.end(more);',
  );
  row('a step more', 'miss');
  row('nothing changed again', 'hit');
  expectTable();
});

test('options, parameters and overrides', () => {
  spin('--step=sum');
  row('before', 'hit');
  row('an option', 'miss', '--json');
  row('a parameter', 'miss', '--params.note=x');
  row('the same parameter', 'hit', '--params.note=x');
  row('an override', 'miss', '--set.by=5');
  row('the same override', 'hit', '--set.by=5');
  row('another override', 'miss', '--set.by=6');
  workspace.write({ 'given.json': { by: 2 } });
  row('parameters from a file', 'miss', '--params-file=given.json');
  row('the same file', 'hit', '--params-file=given.json');
  workspace.write({ 'given.json': { by: 2, note: 'z' } });
  row('the file with other parameters', 'miss', '--params-file=given.json');
  workspace.write({ 'given.txt': 'four' });
  row('a parameter that is a file', 'miss', '--params.text=given.txt');
  row('the same text', 'hit', '--params.text=given.txt');
  workspace.write({ 'given.txt': 'twelve' });
  row('another text in it', 'miss', '--params.text=given.txt');
  workspace.write({ 'over.ts': 'export default { by: 7 };' });
  row('artifacts from a file', 'miss', '--artifacts=over.ts');
  row('the same file: what it imports is not known', 'miss', '--artifacts=over.ts');
  workspace.write({ 'over.ts': 'export default { by: 8 };' });
  row('the file with other artifacts', 'miss', '--artifacts=over.ts');
  row('after all that', 'hit');
  expectTable();
});

test('what runs recorded', () => {
  spin('--step=sum');
  row('before', 'hit');
  nx('run', 'flows');
  row('a new run with the same content', 'hit');
  nx('run', 'flows', '--params.note=other');
  row('a run with another parameter and equal artifacts', 'miss');
  nx('run', 'flows', '--params.by=3');
  row('a run with other content', 'miss');
  nx('run', 'flows');
  row('a run with the first content', 'hit');
  rmSync(workspace.path(FOLDER), { recursive: true });
  row('outputs deleted by hand', 'hit');
  workspace.write({ [`${FOLDER}/artifacts/sum.json`]: '-1\n' });
  row('outputs changed by hand', 'hit');
  row('a run of one’s own choice', 'miss', '--origin=4');
  row('the same run', 'hit', '--origin=4');
  row('a namespace', 'miss', '--namespace=user:ada');
  row('the same namespace', 'hit', '--namespace=user:ada');
  nx('run', 'flows', '--store=elsewhere', '--params.by=9');
  row('another store', 'miss', '--store=elsewhere');
  row('the same store', 'hit', '--store=elsewhere');
  nx('run', 'flows', '--store=elsewhere', '--params.by=10');
  row('a new run in it', 'miss', '--store=elsewhere');
  workspace.env = { NX_FLOW_USER: 'grace' };
  nx('run', 'flows', '--params.by=3');
  row('another user, whose run is the newest', 'miss');
  workspace.env = {};
  expectTable();
});

test('a pathspec is executed each time, and has its outputs', () => {
  for (let i = 0; i < 2; i++) {
    rmSync(workspace.path(FOLDER), { recursive: true, force: true });
    table.push(['a pathspec', 'miss', spin('1/sum/2')]);
  }
  expectTable();
});

test('a split of a foreach is executed each time', () => {
  for (const index of ['0', '1', '1']) {
    const { code, text } = nx('spin', 'flows', '--step=each', `--index=${index}`);
    expect([code, text]).toEqual([0, expect.not.stringContaining(REPLAYED)]);
    expect(workspace.artifacts(`spin/each/${index}`)?.[0]?.[2]).toBe(`${(Number(index) + 1) ** 2}\n`);
  }
});

test('a spin that fails is executed each time, and leaves what an earlier one left', () => {
  spin('--step=sum');
  row('before', 'hit');
  for (let i = 0; i < 2; i++) {
    const { code, text } = nx('spin', 'flows', '--step=sum', '--set.rows=7');
    expect([code, text]).toEqual([1, expect.not.stringContaining(REPLAYED)]);
  }
  row('after', 'hit');
  expectTable();
});

test('a spin that depends on a run in one command sees that run', () => {
  const project = { name: 'flows', targets: { spin: { dependsOn: ['run'] } } };
  workspace.write({ 'flows/project.json': project });
  const seen = [3, 4, 4, 3].map((by) => {
    workspace.write({ 'by.txt': String(by) });
    const { text, code } = nx('spin', 'flows', '--step=sum');
    expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target spin')]);
    return [workspace.artifacts('spin/sum')?.[0]?.[2], /spin .*\[.*cache\]/.test(text)];
  });
  expect(seen).toEqual([
    ['36\n', false],
    ['48\n', false],
    ['48\n', true],
    ['36\n', true],
  ]);
  rmSync(workspace.path('by.txt'));
  workspace.write({ 'flows/project.json': { name: 'flows' } });
});

test('a target whose inputs leave out what is published is refused, before Nx can replay it', () => {
  workspace.write({
    'flows/project.json': {
      name: 'flows',
      targets: { spin: { inputs: ['default'] }, 'spin-sum': { inputs: ['default'] } },
    },
  });
  for (let i = 0; i < 2; i++) {
    const { code, text } = nx('spin', 'flows', '--step=sum');
    expect([code, text]).toEqual([
      1,
      expect.stringContaining('FLOW_TARGET_INPUTS  The inputs of flows:spin leave out'),
    ]);
  }
  expect(nx('run', 'flows:spin-sum').text).toContain(
    'FLOW_TARGET_INPUTS  The inputs of flows:spin-sum leave out',
  );
  workspace.write({
    'flows/project.json': { name: 'flows', targets: { spin: { inputs: ['default'], cache: false } } },
  });
  expect(nx('spin', 'flows', '--step=sum').code).toBe(0);
  workspace.write({ 'flows/project.json': { name: 'flows' } });
});

test('what Nx has lost of a cached result is not taken for whole: the command fails, and the next one executes', () => {
  spin('--step=sum');
  const cache = workspace.path('.nx/cache');
  const losing = (lose: (file: string) => void) => {
    expect(spin('--step=sum')).toBe('hit');
    for (const hash of readdirSync(cache)) {
      const file = join(cache, hash, FOLDER, 'artifacts/sum.json');
      if (existsSync(file)) lose(file);
    }
    const { code, text } = nx('spin', 'flows', '--step=sum');
    const next = spin('--step=sum');
    return [code, text.match(/FLOW_CACHE_DAMAGED .*/)?.[0], next];
  };
  const told = (what: string) => [
    1,
    `FLOW_CACHE_DAMAGED  What Nx restored from its cache is not whole: ${FOLDER} ${what}. It was removed from the cache: give the command again.`,
    'miss',
  ];
  expect(losing((file) => rmSync(file))).toEqual(told('lacks artifacts/sum.json'));
  expect(losing((file) => writeFileSync(file, '77\n'))).toEqual(told('has another artifacts/sum.json'));
});

test('where nothing can be published, spins are executed', () => {
  spin('--step=sum');
  row('before', 'hit');
  rmSync(workspace.path('.flow/keys'), { recursive: true });
  workspace.write({ '.flow/keys': 'a file in the place of the folder' });
  for (let i = 0; i < 2; i++) {
    const { text } = nx('spin', 'flows', '--step=sum');
    expect(text).toContain('Spins are executed, not replayed.');
    expect(text).not.toContain(REPLAYED);
  }
  rmSync(workspace.path('.flow/keys'));
  row('after', 'hit');
  expectTable();
});
