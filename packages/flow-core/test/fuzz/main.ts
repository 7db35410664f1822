/**
 * The program of `scripts/fuzz.mjs`: `node fuzz.cjs <options as JSON>`, built from the sources with two modules exchanged
 * (`stand-ins`). It is a process of its own, without a test runner: what ends it is seen, and so is what it loads. Its last
 * line is the result of each door as JSON.
 */
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Open } from './door';
import { FOUND } from './found';
import { type Fuzzed, fuzz } from './fuzz';
import { Watch } from './watch';

export const DOORS: Record<string, () => Promise<{ open: Open }>> = {
  frames: () => import('./doors/frames'),
  imports: () => import('./doors/imports'),
  'imports-signed': () => import('./doors/imports-signed'),
  handovers: () => import('./doors/handovers'),
  values: () => import('./doors/values'),
  pathspecs: () => import('./doors/pathspecs'),
  sources: () => import('./doors/sources'),
  commands: () => import('./doors/commands'),
};

export interface Options {
  doors?: string[];
  seed: number;
  from?: number;
  /** For each door. */
  inputs: number;
  /** Ends each door earlier, after so many milliseconds. */
  ms?: number;
  /** A file for the input at hand: whoever started this program reads it when the program ends by it. */
  under: string;
}

/** Thousands of small files come and go: on a disk, that is most of the time. */
const MEMORY = '/dev/shm';

/** An input that takes so long is said to hang. Milliseconds. */
const HANG_MS = 20_000;

/** Ends the process when nothing begins for too long: a thread can also where the main one never comes back. */
const WATCHDOG = `
const { workerData, parentPort } = require('node:worker_threads');
const begun = new Int32Array(workerData);
let last = -1;
setInterval(() => {
  const now = Atomics.load(begun, 0);
  if (now === last) { require('node:fs').writeSync(2, 'an input hangs\\n'); process.kill(process.pid, 'SIGKILL'); }
  last = now;
}, ${HANG_MS});`;

async function main({ doors = Object.keys(DOORS), under, ...options }: Options): Promise<void> {
  const begun = new Int32Array(new SharedArrayBuffer(4));
  const watchdog = new Worker(WATCHDOG, { eval: true, workerData: begun.buffer });
  watchdog.unref();
  const file = openSync(under, 'w');
  const results: Record<string, Fuzzed & { seconds: number; replayed: number }> = {};
  for (const name of doors) {
    const root = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'nx-flow-fuzz-'));
    const since = performance.now();
    try {
      const watch = new Watch(root);
      const load = DOORS[name];
      if (!load) throw new Error(`There is no door "${name}": ${Object.keys(DOORS).join(', ')}.`);
      const door = await (await load()).open(watch.folder);
      try {
        // What failed once comes first.
        const replays = FOUND[name] ?? [];
        for (const input of replays) {
          hear(name, input);
          watch.begin();
          await door.check(input);
          watch.end();
        }
        const fuzzed = await fuzz({ door, watch, from: 0, ...options, under: (input) => hear(name, input) });
        const seconds = Math.round((performance.now() - since) / 100) / 10;
        results[name] = { ...fuzzed, seconds, replayed: replays.length };
      } finally {
        await door.close?.();
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  closeSync(file);
  await watchdog.terminate();
  writeSync(3, JSON.stringify(results));

  function hear(door: string, input: unknown): void {
    Atomics.add(begun, 0, 1);
    const text = JSON.stringify({ door, input });
    ftruncateSync(file, 0);
    writeSync(file, text, 0);
  }
}

main(JSON.parse(process.argv[2] as string)).then(
  () => process.exit(0),
  (error) => {
    writeSync(2, `${error?.stack ?? error}\n`);
    process.exit(1);
  },
);
