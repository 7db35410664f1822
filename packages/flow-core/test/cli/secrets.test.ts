/** A flow that prints and throws its secrets: their bytes are found nowhere after runs, failures, spins and hand-overs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formsOf } from '../../src/engine/secrets/forms';
import { ByteScanner } from '../../src/engine/secrets/scan-bytes';
import { type Result, Workspace, wholeStore } from '../kit/workspace';

const API_KEY = 'sk-"Grüße"/1234+567&890=?';
const SIGN_KEY =
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nSjAgEAAoIBAQC7VJTUt9Us8\n-----END PRIVATE KEY-----\n';
const env = { API_KEY, SIGN_KEY };

let workspace: Workspace;
beforeAll(() => {
  workspace = new Workspace().shareProcess();
});
afterAll(() => workspace.dispose());

/** Prints in every form, in pieces, by this process, by another one and past the streams. */
const LEAKY = `
  import { execSync } from 'node:child_process';
  import { writeSync } from 'node:fs';
  const keys = () => [process.env.API_KEY, process.env.SIGN_KEY] as [string, string];
  function leak() {
    for (const key of keys()) {
      console.log(key, { key }, JSON.stringify({ key }), encodeURIComponent(key), new URLSearchParams({ key }).toString());
      console.error(Buffer.from(key).toString('base64'), Buffer.from('user:' + key).toString('base64url'));
      for (let i = 0; i < key.length; i += 3) process.stdout.write(key.slice(i, i + 3));
      console.log();
    }
    writeSync(1, keys()[0] + '\\n');
    execSync('echo "by a child: $API_KEY"; echo "$SIGN_KEY"', { stdio: 'inherit' });
  }
  const SECRETS = { secrets: ['API_KEY', 'SIGN_KEY'] };
  const start = f.start(SECRETS, () => { leak(); return { rows: ['a', 'b'], fine: 'fine' }; });
  const each = f.foreach('each', { after: start, over: 'rows', ...SECRETS }, ({ input }) => { leak(); return { row: input }; });
  const all = f.join('all', { after: each, ...SECRETS, retry: 1 }, ({ params }) => {
    leak();
    const [key, sign] = keys();
    if (params.keep) return { response: { headers: { authorization: 'Bearer ' + key } } };
    if (!params.fail) return { count: 2 };
    const cause = Object.assign(new TypeError(sign), { request: { url: 'https://h/?k=' + encodeURIComponent(key) } });
    // it is ${API_KEY}
    throw Object.assign(new Error('refused: ' + key, { cause }), { key, code: 401 });
  });
  export default f.end(all);`;
const PARAMS = 'fail: z.coerce.boolean().default(false), keep: z.coerce.boolean().default(false)';

const scanner = new ByteScanner(new Map(Object.entries(env).map(([name, value]) => [name, formsOf(value)])));

/** The files below these folders, and rows of the stores, that hold a secret. */
async function leaks(...folders: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of readdirSync(workspace.path(folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      if (scanner.whole(readFileSync(file)) !== undefined) found.push(file);
    }
  }
  // LevelDB compresses its files.
  for (const store of ['.flow', '.flow/spin'])
    for (const [key, value] of Object.entries(await wholeStore(workspace.path(store))))
      if (scanner.whole(Buffer.concat([Buffer.from(key), Buffer.from(value, 'hex')]))) found.push(key);
  return found;
}

test('nothing of what was recorded, written and shown has a secret in it', async () => {
  workspace.flow('leaky', LEAKY, PARAMS);
  const results: Record<string, Result> = {};
  const say = async (...args: string[]) => {
    const result = await workspace.nxFlow(args, { env });
    results[args.join(' ')] = result;
    return result;
  };
  const failed = await say('run', 'leaky', '--params.fail=true', '--json');
  expect([failed.code, failed.json.error]).toEqual([1, { name: 'Error', message: 'refused: ***' }]);
  // The source line before the one that throws. Later commands read it again, and do not import the flow.
  expect(failed.stderr).toContain('// it is ***');
  workspace.flow('leaky', LEAKY.replace(API_KEY, 'nobody'), PARAMS);
  expect((await say('run', 'leaky')).code).toBe(0);
  const refused = await say('resume', 'leaky', 'all', '--params.keep=true');
  expect([refused.code, refused.stdout]).toEqual([
    1,
    expect.stringContaining(
      'The artifact response cannot be stored: it holds the secret API_KEY at $.headers.authorization. Leave it out: a step that declares the secret reads it from process.env.API_KEY.',
    ),
  ]);
  const tagged = await workspace.nxFlow(['tag', 'leaky', '1', `--add=${API_KEY}`], { env });
  expect([tagged.code, tagged.stderr]).toEqual([2, expect.stringContaining('A tag cannot be stored')]);
  const spun = await say('spin', 'leaky', 'start');
  // What was written past the streams, and by another process.
  expect(spun.stdout).toContain('by a child: ***\n');
  expect(spun.stdout).toContain('same');
  expect((await say('spin', 'leaky', 'all', '--params.fail=true', '--persist', '--verbose')).code).toBe(1);
  const kept = await say('spin', 'leaky', 'all', '--params.keep=true', '--json');
  expect([kept.code, kept.json.error.code]).toEqual([1, 'FLOW_SECRET_ARTIFACT']);
  expect((await say('spin', 'leaky', 'each', '--all', '--persist')).code).toBe(0);
  expect((await say('spin', 'leaky', 'each', '--from=last:2')).code).toBe(0);
  expect((await say('spin', 'leaky', 'each', '--through=all', '--params.fail=true')).code).toBe(1);
  for (const step of ['start', 'each'])
    expect((await say('step', 'leaky', step, '--params.fail=true')).code).toBe(0);
  expect((await say('step', 'leaky', 'all', '--params.fail=true')).stdout).toContain('refused: ***');
  const logged = await say('logs', 'leaky', '2/start');
  expect(logged.stdout).toContain('by a child: ***\n');
  expect(logged.stdout).toContain('{ key: \'***\' } {"key":"***"} ***');
  await say('show', 'leaky', '1', '--verbose');
  workspace.write('shown/captures.txt', JSON.stringify(results));
  for (const [command, { stdout, stderr }] of Object.entries(results))
    expect([command, scanner.whole(Buffer.from(stdout + stderr))]).toEqual([command, undefined]);
  expect(await leaks('.flow', 'dist')).toEqual([]);
  // What is looked for would be found.
  workspace.write('shown/secret.txt', `so ${Buffer.from(`a${SIGN_KEY}`).toString('base64')}`);
  expect(await leaks('shown')).toEqual([workspace.path('shown', 'secret.txt')]);
});

test('a command without the secrets of its steps says so, with exit code 2, and records nothing', async () => {
  workspace.flow('needing', `export default f.end(f.start({ secrets: ['API_KEY'] }, () => ({})));`);
  for (const args of [
    ['run', 'needing'],
    ['spin', 'needing', 'start'],
    ['step', 'needing', 'start'],
  ]) {
    const { code, stderr } = await workspace.nxFlow(args);
    expect([args[0], code, stderr]).toEqual([
      args[0],
      2,
      expect.stringMatching(
        /FLOW_SECRET {2}"start" needs the secret API_KEY, which is not set: set this\s+variable/,
      ),
    ]);
  }
  expect((await workspace.nxFlow(['runs', 'needing', '--json'])).json.runs).toEqual([]);
  workspace.write(
    'hashed.flow.ts',
    `
    import { flow } from '@nx-flow/core';
    const f = flow('hashed', { inputs: [{ env: 'API_KEY' }] });
    export default f.end(f.start({ secrets: ['API_KEY'] }, () => ({})));`,
  );
  const { code, json } = await workspace.nxFlow(['check', 'hashed', '--json']);
  expect([code, json.problems.map(({ code: problem }: { code: string }) => problem)]).toEqual([
    2,
    ['FLOW_SECRET_INPUT'],
  ]);
});

test('a flow without secrets loads nothing that knows of them', async () => {
  workspace.flow(
    'open',
    `import Module from 'node:module';
     const parts = () => Object.keys((Module as never as { _cache: object })._cache).filter((file) => file.includes('parts'));
     export default f.end(f.start(() => ({ loads: parts().some((file) => file.endsWith('base.js')), secrets: parts().some((file) => file.endsWith('secrets.js')) })));`,
  );
  await workspace.ok(['run', 'open']);
  const recorded = await workspace.ok(['dump', 'open', '1/start', '--json']);
  expect(recorded.json.artifacts).toEqual({ loads: true, secrets: false });
  await workspace.start(['spin', 'open', 'start']).done;
  const file = (name: string) =>
    JSON.parse(workspace.read(`dist/flow/open/spin/start/artifacts/${name}.json`));
  expect([file('loads'), file('secrets')]).toEqual([true, false]);
});
