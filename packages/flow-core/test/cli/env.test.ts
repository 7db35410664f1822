/** Commands read `.env` files before anything of a flow is executed, and leave their process as it was. */
import { Workspace } from '../kit/workspace';

const ws = new Workspace().shareProcess();
afterAll(() => ws.dispose());

beforeAll(() => {
  ws.flow(
    'told',
    `const atImport = process.env.CITY;
     const start = f.start({ secrets: ['API_KEY'] }, () => ({
       atImport,
       seen: [process.env.CITY, process.env.STREET, process.env.NODE_OPTIONS],
       length: process.env.API_KEY.length,
     }));
     const each = f.foreach('each', { after: start, over: 'seen' }, () => ({ city: process.env.CITY }));
     const all = f.join('all', { after: each }, ({ inputs }) => ({ cities: inputs.map((i) => i.city) }));
     export default f.end(all);`,
  );
  ws.write('.env', 'CITY=Bern\nSTREET="$CITY 1"\nAPI_KEY=key-123456\nNODE_OPTIONS=--no-such-option\n');
  ws.write('.env.spin', 'CITY=Basel\n');
});

const values = async (command: readonly string[]) => {
  const { json, stderr, stdout } = await ws.ok([...command, '--json']);
  return { json, said: stdout + stderr };
};

test('a run, its workers and a spin have the variables; what decides on programs is left out in one line', async () => {
  const ran = await values(['run', 'told']);
  expect(ran.said.match(/^! NODE_OPTIONS is not taken from \.env files, since .*$/gm)).toHaveLength(1);
  const dumped = await ws.ok(['dump', 'told/1/start', '--json']);
  const seen = ['Bern', 'Bern 1', null];
  expect(dumped.json.artifacts).toMatchObject({ atImport: 'Bern', seen, length: 10 });
  expect((await ws.ok(['dump', 'told/1/all', '--json'])).json.artifacts).toMatchObject({
    cities: ['Bern', 'Bern', 'Bern'],
  });
  // A file of the target comes before.
  const spun = await values(['spin', 'told', 'start']);
  expect(spun.json.artifacts.atImport.preview).toBe('"Basel"');
  expect(spun.json.artifacts.seen.preview).toBe("[ 'Basel', 'Basel 1', undefined ]");
});

test('what is set wins, and --no-env leaves the files alone', async () => {
  const spin = (args: string[], env: Record<string, string>) =>
    ws.ok(['spin', 'told', 'start', '--json', ...args], { env });
  const set = await spin([], { CITY: 'Chur' });
  expect(set.json.artifacts.seen.preview).toBe("[ 'Chur', 'Chur 1', undefined ]");
  const without = await spin(['--no-env'], { API_KEY: 'another-key' });
  expect(without.json.artifacts.seen.preview).toBe('[ undefined, undefined, undefined ]');
  expect(without.stderr).not.toContain('NODE_OPTIONS');
  // The process is as it was.
  const missing = await ws.nxFlow(['spin', 'told', 'start', '--no-env', '--json']);
  expect(missing.json.error.code).toBe('FLOW_SECRET');
});

test('each flow is checked with the files of its own project', async () => {
  for (const [name, city] of [
    ['a', 'Bern'],
    ['b', 'Genf'],
  ] as const) {
    ws.write(`packages/${name}/package.json`, `{ "name": "${name}" }`);
    ws.write(`packages/${name}/.env`, `CITY=${city}\nONLY_${name.toUpperCase()}=1\n`);
    const other = name === 'a' ? 'ONLY_B' : 'ONLY_A';
    ws.write(
      `packages/${name}/${name}.flow.ts`,
      `import { flow } from '@nx-flow/core';
       if (process.env.CITY !== '${city}' || process.env.${other}) throw new Error('not its own');
       const f = flow('${name}');
       export default f.end(f.start(() => {}));`,
    );
  }
  expect((await ws.ok(['check', '--json'])).json.problems).toEqual([]);
});

test('files that lead in a circle are refused', async () => {
  ws.write('packages/a/.env', 'A=x$B\nB=y$B\n');
  const { code, json } = await ws.nxFlow(['run', 'a', '--json']);
  expect([code, json.error.code]).toEqual([2, 'FLOW_ENV']);
});
