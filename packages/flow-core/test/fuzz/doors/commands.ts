/** Command lines: every command, with options, values and pathspecs of any, in any order. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { COMMON } from '../../../src/cli/options';
import { COMMANDS } from '../../../src/cli/registry';
import { exported } from '../../engine/transfer/kit';
import { execute, makeWorkspace } from '../command';
import { type Door, must } from '../door';
import { oddText } from '../edits';
import { copies, recordRuns } from '../recorded';
import { memoryStore } from '../stand-ins/open';

/** These start compilers or debuggers, or serve until somebody ends them. */
const NEVER = ['--types', '--inspect', 'ui', 'worker'];

/** Commands that write runs begin anew after so many. */
const USES = 20;

export async function open(folder: string): Promise<Door<string[]>> {
  makeWorkspace(folder);
  const origin = memoryStore();
  await recordRuns(origin);
  const fresh = await copies(origin);
  writeFileSync(join(folder, 'run.nxflow'), await exported(origin, 'fuzzed', 1));
  writeFileSync(join(folder, 'params.json'), '{"n":1}');
  writeFileSync(join(folder, 'broken.flow.ts'), 'export default flow(');
  mkdirSync(join(folder, 'sub'));
  const names = new Set<string>();
  for (const load of Object.values(COMMANDS)) {
    const { spec } = (await load()).command;
    for (const name of Object.keys({ ...spec.options, ...COMMON })) names.add(name);
  }
  let store = await fresh();
  let uses = 0;
  return {
    inputs: lines([...names]),
    async check(argv) {
      const [command = '', ...rest] = argv.filter(
        (arg) => !NEVER.some((never) => arg.startsWith(never)) && isInside(arg),
      );
      if (++uses % USES === 0) store = await fresh();
      const verdict = await execute([command, '--json', ...rest], folder, store);
      must(process.cwd() !== '', 'The working directory is gone.');
      return verdict;
    },
  };
}

/** Whoever gives a path gives the folder, too: one elsewhere would be written, and rightly. */
function isInside(arg: string): boolean {
  return !arg.split('=').some((part) => part.startsWith('/') || part.includes('..'));
}

function lines(names: readonly string[]): fc.Arbitrary<string[]> {
  const text = fc.oneof(fc.nat(0xffff).map(oddText), fc.string({ maxLength: 10 }), fc.integer().map(String));
  const known = fc.constantFrom(
    ...[
      'fuzzed',
      'fuzzed.flow.ts',
      'broken',
      'broken.flow.ts',
      'nothing',
      'start',
      'each',
      'all',
      'end',
      'params',
    ],
    ...[
      '1',
      '2',
      '1/each',
      '1/each/2',
      '2/all',
      'fuzzed/1/start/1',
      'run.nxflow',
      'params.json',
      'sub',
      'items',
      'n',
    ],
    ...[
      'everybody',
      'user:tester',
      'true',
      'false',
      'first',
      '0',
      '0,0',
      '1ms',
      '30s',
      'retry=0',
      'isolate',
      'catch=e',
    ],
  );
  const value = fc.oneof({ arbitrary: known, weight: 5 }, text);
  const name = fc.oneof({ arbitrary: fc.constantFrom(...names), weight: 6 }, text);
  const option = fc.oneof(
    { arbitrary: fc.tuple(name, value).map(([n, v]) => `--${n}=${v}`), weight: 4 },
    { arbitrary: name.map((n) => `--${n}`), weight: 2 },
    fc
      .tuple(fc.constantFrom('params', 'set'), fc.oneof(known, text), value)
      .map(([f, n, v]) => `--${f}.${n}=${v}`),
    fc.constantFrom('--', '-', '-h', '--no-json', '--params.', '--set.=1', '--maxWorkers=1', '-x', '--='),
  );
  const command = fc.oneof({ arbitrary: fc.constantFrom(...Object.keys(COMMANDS)), weight: 12 }, text);
  const rest = fc.array(fc.oneof({ arbitrary: value, weight: 2 }, option), { maxLength: 3 });
  const first = fc.oneof({ arbitrary: fc.constant(['fuzzed']), weight: 4 }, fc.constant([]));
  return fc.tuple(command, first, rest).map(([c, f, r]) => [c, ...f, ...r]);
}
