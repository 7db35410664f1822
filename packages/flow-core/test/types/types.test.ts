/** The types of the flow API: what they accept and reject, and what they cost. */
import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chain, emptyFlow, mixed } from './many-steps';

const root = resolve(__dirname, '../../../..');
const core = join(root, 'packages/flow-core/src/index');

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'nx-flow-types-')));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Compiles one file with the settings of the repository. */
async function tsc(name: string, file: string): Promise<{ errors: string[]; instantiations: number }> {
  const config = join(folder, `${name}.json`);
  await writeFile(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: { noEmit: true },
      files: [file],
    }),
  );
  const bin = join(root, 'node_modules/typescript/bin/tsc');
  const args = [bin, '-p', config, '--extendedDiagnostics', '--pretty', 'false'];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((error) => error);
  return {
    errors: stdout.split('\n').filter((line: string) => line.includes('error TS')),
    instantiations: Number(stdout.match(/^Instantiations:\s+(\d+)/m)?.[1]),
  };
}

async function compile(name: string, text: string) {
  const file = join(folder, `${name}.flow.ts`);
  await writeFile(file, text);
  return tsc(name, file);
}

test('what the API promises to accept and to reject, it does', async () => {
  expect((await tsc('usage', join(__dirname, 'usage.test-d.ts'))).errors).toEqual([]);
});

describe('the cost of types', () => {
  let nothing: number;
  beforeAll(async () => {
    const empty = await compile('empty', emptyFlow(core));
    expect(empty.errors).toEqual([]);
    nothing = empty.instantiations;
  });

  test.each([
    ['in a chain', chain],
    ['of every kind', mixed],
  ])('50 steps %s stay under 10,000 instantiations', async (name, generate) => {
    const { errors, instantiations } = await compile(name.replaceAll(' ', '-'), generate(core, 50));
    expect(errors).toEqual([]);
    expect(instantiations - nothing).toBeGreaterThan(0);
    expect(instantiations - nothing).toBeLessThan(10_000);
  });
});
