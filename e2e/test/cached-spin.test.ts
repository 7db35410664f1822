/** What Nx replays of `nx spin` and what it executes: a truth table, against the real thing. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sums } from '../lib/sums';

const KEYS = '.nx/workspace-data/nx-flow-keys';
const workspace = new Sums('cached-spin');
const { warm: nx } = workspace;
const REPLAYED = 'Nx read the output from the cache';
const FOLDER = 'dist/flow/sums/spin/sum';

type Outcome = 'hit' | 'miss';
/** What a command left and said when it was last executed, by its arguments. */
const executed = new Map<string, unknown>();
const outcomeOf = (text: string) => ({
  left: workspace.artifacts('spin/sum'),
  // The lines on artifacts: with what each is compared.
  table: text.split('\n').filter((line) => /same|changed|new|gone/.test(line)),
});

/** What Nx did. What is replayed is what the last execution of the command left and said. */
async function spin(...args: string[]): Promise<Outcome> {
  const { code, text } = await nx('spin', 'flows', ...args);
  expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target spin')]);
  const outcome = outcomeOf(text);
  expect(outcome.left).toHaveLength(1);
  const command = args.join(' ');
  if (text.includes(REPLAYED)) {
    expect(outcome).toEqual(executed.get(command));
    return 'hit';
  }
  executed.set(command, outcome);
  return 'miss';
}
/** The same where something has changed since: what is replayed must be what a fresh execution leaves and says. */
async function spinAfterwards(...args: string[]): Promise<Outcome> {
  const { text } = await nx('spin', 'flows', ...args);
  const outcome = outcomeOf(text);
  if (!text.includes(REPLAYED)) return 'miss';
  const fresh = await nx('spin', 'flows', ...args, '--skip-nx-cache');
  expect(fresh.text).not.toContain(REPLAYED);
  expect(outcome).toEqual(outcomeOf(fresh.text));
  return 'hit';
}

const table: [what: string, expected: Outcome, found: Outcome][] = [];
async function row(what: string, expected: Outcome, ...args: string[]): Promise<void> {
  table.push([what, expected, await spin('--step=sum', ...args)]);
}
async function afterwards(what: string, expected: Outcome, ...args: string[]): Promise<void> {
  table.push([what, expected, await spinAfterwards('--step=sum', ...args)]);
}
/** One difference alone from what is cached, and whether Nx would execute for it. */
async function differs(
  what: string,
  expected: Outcome,
  files: Record<string, string | object>,
  ...args: string[]
): Promise<void> {
  await workspace.meanwhile(files, async () => {
    const { text } = await workspace.ask('spin', 'flows', '--step=sum', ...args);
    table.push([what, expected, text.includes(REPLAYED) ? 'hit' : 'miss']);
  });
}
/** Every row at once: one that is wrong should not hide the next. */
function expectTable(): void {
  const rows = table.splice(0);
  expect(rows.map(([what, , found]) => [what, found])).toEqual(
    rows.map(([what, expected]) => [what, expected]),
  );
}
/** A run of the flow, recorded without Nx. */
async function run(...args: string[]): Promise<void> {
  expect(await workspace.warmFlow('run', 'sums', ...args)).toMatchObject({ code: 0 });
}

beforeAll(() => {
  expect(workspace.nx('run', 'flows').text).toContain('sums/1 done');
});

test('what a process of Nx replays, one that has executed other commands replays too, and the other way round', async () => {
  expect([await spin('--step=sum'), await spin('--step=sum')]).toEqual(['miss', 'hit']);
  expect(workspace.nx('spin', 'flows', '--step=sum').text).toContain(REPLAYED);
  expect(workspace.nx('spin', 'flows', '--step=sum', '--params.note=a').text).not.toContain(REPLAYED);
  expect((await nx('spin', 'flows', '--step=sum', '--params.note=a')).text).toContain(REPLAYED);
});

test('sources, packages, tsconfig, data and the environment', async () => {
  const flow = 'flows/sums.flow.ts';
  await row('nothing changed', 'hit');
  const edits: [what: string, file: string, from: string, to: string][] = [
    ['the code of the step', flow, '+ far + text.length', '+ text.length + far'],
    ['a comment: the sources are others', flow, 'export const each', '// a comment\nexport const each'],
    ['another step: the sources are others', flow, 'input * input', 'input ** 2'],
    ['an imported module', 'flows/lib.ts', '2 * n', 'n * 2'],
    ['an imported module that is in no project', 'far/far.ts', '= 0', '= 1'],
    ['a tsconfig', 'tsconfig.base.json', '"strict": true', '"strict": false'],
    ['a data file of the project', 'flows/words.txt', 'the sum', 'our sum'],
    ['a data file elsewhere that the flow names, and git ignores', 'data/rates.csv', '1,2', '1,3'],
    [
      'a step more',
      flow,
      'export default f.end(tell);',
      'const more = f.step("more", { after: tell }, () => ({}));\nexport default f.end(more);',
    ],
  ];
  for (const [what, file, from, to] of edits)
    await differs(what, 'miss', { [file]: workspace.edited(file, from, to) });
  workspace.install('1.0.1');
  await differs('the version of a package', 'miss', {});
  workspace.install('1.0.0');
  await differs('a file beside the data', 'hit', { 'data/notes.md': 'x' });
  workspace.env = { SUMS_MOOD: 'glad' };
  await differs('a variable that the flow names', 'miss', {});
  workspace.env = { SUMS_OTHER: 'x' };
  await differs('a variable that nobody names', 'hit', {});
  workspace.env = {};
  await afterwards('all of it as it was', 'hit');
  expectTable();
});

test('a result that changes with an edit, and is replayed when the edit is taken back', async () => {
  const sum = () => workspace.artifacts('spin/sum')?.[0]?.[2];
  await row('before', 'hit');
  const values = [sum()];
  workspace.edit('far/far.ts', '= 0', '= 100');
  await row('an imported module that is in no project', 'miss');
  await row('nothing changed', 'hit');
  values.push(sum());
  workspace.edit('far/far.ts', '= 100', '= 0');
  await afterwards('that module as it was', 'hit');
  values.push(sum());
  expectTable();
  expect(values).toEqual(['12\n', '112\n', '12\n']);
});

test('what the project says of its inputs', async () => {
  workspace.env = { SUMS_OTHER: 'x' };
  workspace.write({
    'flows/project.json': { name: 'flows', targets: { spin: { inputs: ['...', { env: 'SUMS_OTHER' }] } } },
  });
  await row('a variable named by the project', 'miss');
  workspace.env.SUMS_OTHER = 'y';
  await differs('that variable', 'miss', {});
  workspace.env.SUMS_OTHER = 'x';
  await afterwards('that variable as it was', 'hit');
  workspace.env = {};
  workspace.write({ 'flows/project.json': { name: 'flows' } });
  await row('the project as it was', 'hit');
  expectTable();
});

test('options, parameters and overrides', async () => {
  await row('before', 'hit');
  await differs('an option', 'miss', {}, '--json');
  await row('a parameter', 'miss', '--params.note=x');
  await row('the same parameter', 'hit', '--params.note=x');
  await row('an override', 'miss', '--set.by=5');
  await row('the same override', 'hit', '--set.by=5');
  await differs('another override', 'miss', {}, '--set.by=6');
  workspace.write({ 'given.json': { by: 2 }, 'given.txt': 'four', 'over.ts': 'export default { by: 7 };' });
  await row('parameters from a file', 'miss', '--params-file=given.json');
  await row('the same file', 'hit', '--params-file=given.json');
  const others = { 'given.json': { by: 2, note: 'z' } };
  await differs('the file with other parameters', 'miss', others, '--params-file=given.json');
  await row('a parameter that is a file', 'miss', '--params.text=given.txt');
  await row('the same text', 'hit', '--params.text=given.txt');
  await differs('another text in it', 'miss', { 'given.txt': 'twelve' }, '--params.text=given.txt');
  await row('artifacts from a file', 'miss', '--artifacts=over.ts');
  await differs('the same file: what it imports is not known', 'miss', {}, '--artifacts=over.ts');
  const over = { 'over.ts': 'export default { by: 8 };' };
  await differs('the file with other artifacts', 'miss', over, '--artifacts=over.ts');
  await afterwards('after all that', 'hit');
  expectTable();
});

test('what runs recorded', async () => {
  await row('before', 'hit');
  await run();
  await afterwards('a new run with the same content', 'hit');
  await run('--params.note=other');
  await differs('a run with another parameter and equal artifacts', 'miss', {});
  await run('--params.by=3');
  await row('a run with other content', 'miss');
  await run();
  await afterwards('a run with the first content', 'hit');
  rmSync(workspace.path(FOLDER), { recursive: true });
  await afterwards('outputs deleted by hand', 'hit');
  workspace.write({ [`${FOLDER}/artifacts/sum.json`]: '-1\n' });
  await afterwards('outputs changed by hand', 'hit');
  await row('a run of one’s own choice', 'miss', '--origin=4');
  await row('the same run', 'hit', '--origin=4');
  await row('a namespace', 'miss', '--namespace=user:ada');
  await row('the same namespace', 'hit', '--namespace=user:ada');
  await run('--store=elsewhere', '--params.by=9');
  await row('another store', 'miss', '--store=elsewhere');
  await row('the same store', 'hit', '--store=elsewhere');
  await run('--store=elsewhere', '--params.by=10');
  await differs('a new run in it', 'miss', {}, '--store=elsewhere');
  workspace.env = { NX_FLOW_USER: 'grace' };
  await run('--params.by=3');
  await differs('another user, whose run is the newest', 'miss', {});
  workspace.env = {};
  expectTable();
});

test('a pathspec is executed each time, and has its outputs', async () => {
  for (let i = 0; i < 2; i++) {
    rmSync(workspace.path(FOLDER), { recursive: true, force: true });
    table.push(['a pathspec', 'miss', await spin('1/sum/2')]);
  }
  expectTable();
});

test('a split of a foreach is executed each time', async () => {
  for (const index of ['0', '1', '1']) {
    const { code, text } = await nx('spin', 'flows', '--step=each', `--index=${index}`);
    expect([code, text]).toEqual([0, expect.not.stringContaining(REPLAYED)]);
    expect(workspace.artifacts(`spin/each/${index}`)?.[0]?.[2]).toBe(`${(Number(index) + 1) ** 2}\n`);
  }
});

test('what depends on which runs there are, or on later steps, is executed each time, and a plain spin stays what it was', async () => {
  await afterwards('before', 'hit');
  for (const more of ['--from=last:1', '--from=last:1', '--through=end', '--through=end']) {
    const { code, text } = await nx('spin', 'flows', '--step=sum', more);
    expect([code, text]).toEqual([0, expect.not.stringContaining(REPLAYED)]);
    const [folder] = readdirSync(workspace.path(FOLDER)).filter((name) => name.startsWith('from-'));
    expect(workspace.artifacts(`spin/sum/${folder}`)).toEqual(workspace.artifacts('spin/sum'));
  }
  await afterwards('after', 'hit');
  expectTable();
});

test('a spin that fails is executed each time, and leaves what an earlier one left', async () => {
  await afterwards('before', 'hit');
  for (let i = 0; i < 2; i++) {
    const { code, text } = await nx('spin', 'flows', '--step=sum', '--set.rows=7');
    expect([code, text]).toEqual([1, expect.not.stringContaining(REPLAYED)]);
  }
  await afterwards('after', 'hit');
  expectTable();
});

test('a spin that depends on a run in one command sees that run', async () => {
  const project = { name: 'flows', targets: { spin: { dependsOn: ['run'] } } };
  workspace.write({ 'flows/project.json': project });
  const seen: unknown[] = [];
  for (const by of [3, 4, 4, 3]) {
    workspace.write({ 'by.txt': String(by) });
    const { text, code } = await nx('spin', 'flows', '--step=sum');
    expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target spin')]);
    seen.push([workspace.artifacts('spin/sum')?.[0]?.[2], /spin .*\[.*cache\]/.test(text)]);
  }
  expect(seen).toEqual([
    ['36\n', false],
    ['48\n', false],
    ['48\n', true],
    ['36\n', true],
  ]);
  rmSync(workspace.path('by.txt'));
  workspace.write({ 'flows/project.json': { name: 'flows' } });
});

test('a target whose inputs leave out what is published is refused, before Nx can replay it', async () => {
  workspace.write({
    'flows/project.json': {
      name: 'flows',
      targets: { spin: { inputs: ['default'] }, 'spin-sum': { inputs: ['default'] } },
    },
  });
  for (let i = 0; i < 2; i++) {
    const { code, text } = await nx('spin', 'flows', '--step=sum');
    expect([code, text]).toEqual([
      1,
      expect.stringContaining('FLOW_TARGET_INPUTS  The inputs of flows:spin leave out'),
    ]);
  }
  expect((await nx('run', 'flows:spin-sum')).text).toContain(
    'FLOW_TARGET_INPUTS  The inputs of flows:spin-sum leave out',
  );
  workspace.write({
    'flows/project.json': { name: 'flows', targets: { spin: { inputs: ['default'], cache: false } } },
  });
  expect((await nx('spin', 'flows', '--step=sum')).code).toBe(0);
  workspace.write({ 'flows/project.json': { name: 'flows' } });
});

test('cards are outputs, of a task and of all tasks of its step: a replay has the bytes of the execution', async () => {
  const files = ['card.html', 'card-together.html'].map((name) => workspace.path(FOLDER, name));
  const cards = () => files.map((file) => readFileSync(file, 'utf8'));
  const flow = 'flows/sums.flow.ts';
  const shows = workspace
    .edited(flow, '({ self, params }) => {', '({ self, params, card }) => {')
    .replace("console.log('summing');", "$& card.shared('together').row({ shown: self.rows.length });");
  await workspace.meanwhile({ [flow]: shows }, async () => {
    expect(await spin('--step=sum', '--with=card')).toBe('miss');
    const made = cards();
    expect(made).toEqual([
      expect.stringContaining('<!doctype html>'),
      expect.stringContaining('>shown</th>'),
    ]);
    rmSync(workspace.path(FOLDER), { recursive: true });
    expect(await spin('--step=sum', '--with=card')).toBe('hit');
    expect(cards()).toEqual(made);
  });
  // Without them, none of it stays.
  await spin('--step=sum');
  expect(files.filter((file) => existsSync(file))).toEqual([]);
});

test('what Nx has lost of a cached result is not taken for whole: the command fails, and the next one executes', async () => {
  await nx('spin', 'flows', '--step=sum');
  const cache = workspace.path('.nx/cache');
  const losing = async (lose: (file: string) => void) => {
    expect(await spin('--step=sum')).toBe('hit');
    for (const hash of readdirSync(cache)) {
      const file = join(cache, hash, FOLDER, 'artifacts/sum.json');
      if (existsSync(file)) lose(file);
    }
    const { code, text } = await nx('spin', 'flows', '--step=sum');
    const next = await spin('--step=sum');
    return [code, text.match(/FLOW_CACHE_DAMAGED .*/)?.[0], next];
  };
  const told = (what: string) => [
    1,
    `FLOW_CACHE_DAMAGED  What Nx restored from its cache is not whole: ${FOLDER} ${what}. It was removed from the cache: give the command again.`,
    'miss',
  ];
  expect(await losing((file) => rmSync(file))).toEqual(told('lacks artifacts/sum.json'));
  expect(await losing((file) => writeFileSync(file, '77\n'))).toEqual(told('has another artifacts/sum.json'));
});

test('where nothing can be published, spins are executed', async () => {
  await nx('spin', 'flows', '--step=sum');
  await afterwards('before', 'hit');
  rmSync(workspace.path(KEYS), { recursive: true });
  workspace.write({ [KEYS]: 'a file in the place of the folder' });
  for (let i = 0; i < 2; i++) {
    const { text } = await nx('spin', 'flows', '--step=sum');
    expect(text).toContain('Spins are executed, not replayed.');
    expect(text).not.toContain(REPLAYED);
  }
  rmSync(workspace.path(KEYS));
  await afterwards('after', 'hit');
  expectTable();
});
