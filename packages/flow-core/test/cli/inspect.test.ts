/** `spin --inspect-brk`: a debugger that connects stops in the step's own source, and no timeout ends what it looks at. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { stopsOf } from '../kit/stops';
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

beforeAll(async () => {
  ws.flow(
    'films',
    `const start = f.start({ timeout: '1ms' }, async () => {
  const begun = Date.now();
  while (Date.now() < begun + 20) await 0;
  debugger;
  return { ns: [begun > 0 ? 1 : 2] };
});
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
export default f.end(f.join('all', { after: each }, ({ inputs }) => ({ n: inputs[0].n })));
`,
  );
  ws.flow('quick', 'export default f.end(f.start(() => ({ n: 1 })));');
});

test('it stops at the first line of the step and where the step says so; its timeout rests', async () => {
  const spin = ws.start(['spin', 'films', 'start', '--inspect-brk=0', '--json']);
  const stops = stopsOf(spin.child);
  const { code, json } = await spin.done;
  const file = ws.path('films.flow.ts');
  const first = 1 + ws.read('films.flow.ts').split('\n').indexOf('  const begun = Date.now();');
  expect(stops).toEqual([
    { file, line: first },
    { file, line: first + 2 },
  ]);
  expect([code, json.status]).toEqual([0, 'done']);
});

test('with --inspect the step does not wait', async () => {
  const { code, stderr } = await ws.start(['spin', 'quick', 'start', '--inspect=0']).done;
  expect([code, stderr]).toEqual([0, expect.stringContaining('Debugger listening on ws://127.0.0.1:')]);
});

test('a port at which another process listens is refused, and so is what is no port', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  try {
    const taken = await ws.nxFlow(['spin', 'quick', 'start', `--inspect-brk=${port}`]);
    expect([taken.code, taken.stderr]).toEqual([
      2,
      expect.stringContaining(
        `FLOW_INSPECT_PORT  The debugger cannot listen at port ${port}: another process`,
      ),
    ]);
  } finally {
    server.close();
  }
  const no = await ws.nxFlow(['spin', 'quick', 'start', '--inspect=yes']);
  expect([no.code, no.stderr]).toEqual([
    2,
    expect.stringContaining('--inspect takes a port from 0 to 65535, or nothing, not "yes".'),
  ]);
  const all = await ws.nxFlow(['spin', 'films', 'each', '--all', '--inspect']);
  expect([all.code, all.stderr]).toEqual([
    2,
    expect.stringContaining('FLOW_USAGE  A debugger looks at one process'),
  ]);
});
