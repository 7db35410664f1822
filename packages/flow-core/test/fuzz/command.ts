/** Command lines, executed in this process on a store in memory. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../src/cli/main';
import { packageFile } from '../../src/environment/package-root';
import type { Store } from '../../src/store/store';
import { must, type Verdict } from './door';
import { FUZZED } from './recorded';
import { useStore } from './stand-ins/open';

/** A workspace with the flow as its file. */
export function makeWorkspace(folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{"name":"fuzzed","private":true,"workspaces":["x"]}');
  mkdirSync(join(folder, 'node_modules', '@nx-flow'), { recursive: true });
  symlinkSync(packageFile(''), join(folder, 'node_modules', '@nx-flow', 'core'), 'junction');
  symlinkSync(packageFile('../../node_modules/zod'), join(folder, 'node_modules', 'zod'), 'junction');
  writeFileSync(join(folder, 'fuzzed.flow.ts'), FUZZED);
  Object.assign(process.env, { NX_FLOW_USER: 'tester', NO_COLOR: '1', CI: 'false' });
  delete process.env.NX_FLOW_STORE;
}

/** Output that is kept of one command, in characters: an error's stack is at its end. */
const KEPT = 20_000;

/**
 * @param argv of which `--json` is the second
 * @throws for an error without a code, with what the command printed
 */
export async function execute(argv: readonly string[], cwd: string, store: Store): Promise<Verdict> {
  useStore(store);
  const real = [process.stdout.write, process.stderr.write];
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
      printed[stream] = (printed[stream] + Buffer.from(chunk as string).toString()).slice(-KEPT);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') process.nextTick(callback as () => void);
      return true;
    }) as typeof process.stdout.write;
  }
  let code: number;
  try {
    code = await main(argv, { cwd, workspace: cwd });
  } finally {
    Object.assign(process.stdout, { write: real[0] });
    Object.assign(process.stderr, { write: real[1] });
    process.exitCode = undefined;
  }
  if (printed.stdout.includes('"FLOW_INTERNAL"')) throw internal(printed.stderr);
  must([0, 1, 2].includes(code), `It ended with ${code}.`);
  return code === 2 ? 'refused' : 'passed';
}

/** The error that the command showed: its message, and the frames of ours. */
function internal(shown: string): Error {
  const error = new Error(shown.trim().split('\n')[0]);
  const frames = shown.split('\n').filter((line) => /^\s+at /.test(line));
  error.stack = `${error.name}: ${error.message}\n${frames.map((line) => `    ${line.trim()}`).join('\n')}`;
  return error;
}
