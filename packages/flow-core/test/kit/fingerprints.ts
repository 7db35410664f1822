/**
 * Fingerprints of files that exist only in a test, and what their steps do when they are executed: in a process of its
 * own, on the built package. (Jest's own `require` cannot load the parser, and it has no fresh modules.)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Difference, Fingerprints, StepFingerprint } from '../../src/source';

const DIST = join(__dirname, '..', '..', 'dist', 'source.js');

/** Paths from the workspace, `/w`, to texts. The flow is `f` in `f.flow.ts`. */
export type Files = Record<string, string>;

const SERVE = `
const { fingerprintFlow, compareFingerprints } = require(${JSON.stringify(DIST)});
const { SourceTextModule, SyntheticModule, createContext } = require('node:vm');
const { posix } = require('node:path');

function fingerprint({ files, node = 'v20.0.0', engine = '1.0.0', links = {} }) {
  const host = {
    read: (file) => (file in files ? Buffer.from(files[file]) : undefined),
    realpath: (path) => {
      for (const [from, to] of Object.entries(links)) if (path === from || path.startsWith(from + '/')) return to + path.slice(from.length);
      return path;
    },
  };
  return fingerprintFlow({ file: '/w/f.flow.ts', flow: 'f', root: '/w', host, node, engine });
}

/** One step, in modules of its own: its result or its error, as text; nothing where the modules do not load. */
async function execute({ files, step }) {
  const bodies = new Map();
  const declare = (name, options, body) => (bodies.set(name, body), { name, run: (c) => body(c) });
  const f = { start: (body) => declare('start', {}, body), step: declare, end: () => ({}) };
  const context = createContext({ JSON, Symbol });
  const core = new SyntheticModule(['flow'], function () { this.setExport('flow', () => f); }, { context });
  const modules = new Map();
  const load = (specifier, from) => {
    if (specifier === '@nx-flow/core') return core;
    const file = posix.join(posix.dirname(from), specifier) + '.ts';
    if (!modules.has(file)) modules.set(file, new SourceTextModule(files[file], { context, identifier: file }));
    return modules.get(file);
  };
  const entry = new SourceTextModule(files['/w/f.flow.ts'], { context, identifier: '/w/f.flow.ts' });
  try {
    await entry.link((specifier, from) => load(specifier, from.identifier));
    await entry.evaluate();
  } catch {
    return undefined;
  }
  try {
    return JSON.stringify(await bodies.get(step)({ input: 3 })) ?? 'nothing';
  } catch (error) {
    return String(error.name) + ': ' + error.message;
  }
}

const calls = { fingerprint, execute, compare: ({ before, after }) => compareFingerprints(before, after) };
process.on('message', async ({ id, name, options }) => {
  try {
    process.send({ id, value: await calls[name](options) });
  } catch (error) {
    process.send({ id, error: { code: error.code, message: error.message } });
  }
});`;

export interface FingerprintCall {
  files: Files;
  node?: string;
  engine?: string;
  /** Symbolic links, as paths from the workspace. */
  links?: Record<string, string>;
}

export class FingerprintProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: object): void }>();
  #id = 0;

  constructor() {
    const args = ['--experimental-vm-modules', '--no-warnings', '-e', SERVE];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', ({ id, value, error }: { id: number; value: never; error?: object }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(error);
      else waiting?.resolve(value);
    });
  }

  fingerprint({ files, links, ...options }: FingerprintCall): Promise<Fingerprints> {
    return this.#call('fingerprint', {
      ...options,
      files: absolute(files),
      links: absolute(links ?? {}, true),
    });
  }

  execute(files: Files, step: string): Promise<string | undefined> {
    return this.#call('execute', { files: absolute(files), step });
  }

  compare(before: StepFingerprint, after: StepFingerprint): Promise<Difference[]> {
    return this.#call('compare', { before, after });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.disconnect();
    });
  }

  #call<T>(name: string, options: object): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(++this.#id, { resolve, reject });
      this.#child.send({ id: this.#id, name, options });
    });
  }
}

function absolute(files: Files, values = false): Files {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [join('/w', path), values ? join('/w', text) : text]),
  );
}
