/** `nx-flow repl`: Node's prompt with what a step sees. */
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

beforeAll(async () => {
  ws.flow(
    'films',
    `export const factor = 10;
const start = f.start(() => ({ ns: [1, 2, 3] }));
const each = f.foreach('each', { after: start, over: 'ns', secrets: ['FILMS_KEY'], timeout: '1ms' }, ({ input, self }) => {
  if (input === 3) throw new Error('three');
  return { n: input };
});
export default f.end(f.join('all', { after: each }, ({ inputs }) => ({ sum: inputs.length })));
`,
  );
  await ws.nxFlow(['run', 'films'], { env: { FILMS_KEY: 'squirrel' } });
});

/** Types lines; gives what was printed after the head, without the prompts. */
async function typed(args: string[], lines: string[], env: Record<string, string> = {}) {
  const repl = ws.start(['repl', ...args], { stdin: true, env });
  repl.child.stdin?.end(lines.map((line) => `${line}\n`).join(''));
  const { code, stdout, stderr } = await repl.done;
  const [head, names, ...printed] = stdout.split('\n');
  const text = printed.join('\n').replace(/films\/\w+> /g, '');
  return { code, stderr, head, names, printed: text.split('\n').filter((line) => line !== '') };
}

test('the inputs of a step, the exports of its flow, and await are at hand; nothing is stored', async () => {
  const before = await ws.store();
  const { code, stderr, head, names, printed } = await typed(
    ['films', 'each', '--index=1', '--set.ns=[1,2,3]'],
    [
      'self.ns',
      'self.ns instanceof Array',
      '[input, index, factor, current.step]',
      'const waited = await new Promise((done) => setTimeout(done, 5, input * factor))',
      'waited + 1',
      'self.ns[0] = 7',
      'self.ns[0]',
      'missing',
      'process.env.FILMS_KEY',
      '"still here"',
    ],
    { FILMS_KEY: 'squirrel' },
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(head).toBe('repl films/each  inputs of films/1/each/3, index 1 of 3 splits');
  expect(names).toMatch(/^self, input, index, stack, params, current, .*; from films\.flow\.ts factor\./);
  expect(printed).toEqual([
    ...['[ 1, 2, 3 ]', 'true', "[ 2, 1, 10, 'each' ]", '21', '7', '7'],
    'Uncaught ReferenceError: missing is not defined',
    ...["'***'", "'still here'"],
  ]);
  expect(await ws.store()).toEqual(before);
});

test('a secret is hidden however it comes', async () => {
  const { printed, stderr } = await typed(
    ['films', 'each'],
    [
      'process.stdout.write("squir"); process.stdout.write("rel\\n"); 1',
      'process.stdout.write(Buffer.from("squirrel\\n")); 2',
      'console.error("squirrel")',
      'process.stdout.write("s"); 3',
    ],
    { FILMS_KEY: 'squirrel' },
  );
  expect(printed).toEqual(['***', '1', '***', '2', 's3']);
  expect(stderr).toBe('***\n');
});

test('.exit and process.exit leave it', async () => {
  const exit = await typed(['films', 'start'], ['.exit', '1']);
  expect([exit.code, exit.stderr, exit.printed]).toEqual([0, '', []]);
  const process = await typed(['films', 'start'], ['process.exit(3)', '1']);
  expect([process.code, process.printed]).toEqual([3, []]);
});

test('a prompt prints no JSON, and needs inputs', async () => {
  const json = await ws.nxFlow(['repl', 'films', 'start', '--json']);
  expect([json.code, json.stderr]).toEqual([2, expect.stringContaining('FLOW_USAGE')]);
  const none = await ws.nxFlow(['repl', 'films', 'each', '--index=9'], { env: { FILMS_KEY: 'squirrel' } });
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('FLOW_NO_INPUTS')]);
});
