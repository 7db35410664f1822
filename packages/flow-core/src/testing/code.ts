/**
 * The code and the state of git of flows that a test has imported. Both are read once for each process: imported
 * code does not change any more.
 */
import { Worker } from 'node:worker_threads';
import { gitState } from '../engine/record/git';
import { packageFile } from '../environment/package-root';
import type { FingerprintOptions, Fingerprints } from '../source/fingerprint';
import type { GitState } from '../store/rows/rows';

const fingerprints = new Map<string, Promise<Fingerprints>>();
const states = new Map<string, Promise<GitState | undefined>>();

/** Runs in its own thread, since jest cannot load the parser, which is an ES module. */
export function fingerprintOnce(options: FingerprintOptions): Promise<Fingerprints> {
  const key = `${options.file}\0${options.flow}`;
  let found = fingerprints.get(key);
  if (!found) {
    found = inThread({ ...options, loaded: loadedFiles() });
    fingerprints.set(key, found);
  }
  return found;
}

export function gitStateOnce(folder: string): Promise<GitState | undefined> {
  let found = states.get(folder);
  if (!found) {
    found = gitState(folder);
    states.set(folder, found);
  }
  return found;
}

/**
 * The files of the workspace that the test runner has loaded. jest and Vitest resolve packages by conditions of their
 * own: the code that counts is what they took.
 */
function loadedFiles(): string[] {
  // Under jest, this is the cache of the sandbox.
  const required = Object.keys(require.cache);
  const { evaluatedModules } =
    (globalThis as { __vitest_worker__?: { evaluatedModules?: { fileToModulesMap?: Map<string, unknown> } } })
      .__vitest_worker__ ?? {};
  const evaluated = [...(evaluatedModules?.fileToModulesMap?.keys() ?? [])];
  return [...required, ...evaluated].filter((file) => !/[\\/]node_modules[\\/]/.test(file));
}

function inThread(workerData: FingerprintOptions): Promise<Fingerprints> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(packageFile('dist/testing/fingerprint-thread.js'), {
      workerData,
      execArgv: [],
    });
    thread.once('message', resolve).once('error', reject);
    thread.once('exit', () => reject(new Error('The thread that reads the code ended without an answer.')));
  });
}
