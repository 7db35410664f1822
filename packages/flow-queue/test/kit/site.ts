/** Checkouts of the same files, workers and runs in processes of their own, and a folder through which steps and tests speak. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { RunOutcome } from '../../../flow-core/src/engine/run/options';
import type { FlowEvent } from '../../../flow-core/src/engine/task/flow-event';
import { openStore } from '../../../flow-core/src/store/open';
import type { TaskRow } from '../../../flow-core/src/store/rows/rows';
import { decodeArtifact } from '../../../flow-core/src/store/values/artifacts';
import type { QueueEvent, StartAgentOptions } from '../../src';

// A broker that a run starts leaves with it.
process.env.CI = '1';

const ROOT = resolve(__dirname, '../../../..');

export interface AgentProcess {
  id: string;
  child: ChildProcess;
  /** With -9, as a machine that is switched off. */
  kill(): Promise<void>;
  /** As a scheduler ends it. Gives the exit code. */
  stop(): Promise<number | null>;
}

export interface AgentSettings extends Partial<StartAgentOptions> {
  env?: Record<string, string>;
  /** How much its clock is ahead. Milliseconds. */
  clockMs?: number;
  /** Of this package, where it is another one. */
  package?: string;
}

export interface RunProcess {
  child: ChildProcess;
  events: (FlowEvent | QueueEvent)[];
  /** Resolves with the first event of which this holds. */
  event(is: (event: FlowEvent | QueueEvent) => boolean): Promise<FlowEvent | QueueEvent>;
  outcome: Promise<RunOutcome>;
  /** Ctrl-C. */
  interrupt(): void;
  kill(): Promise<void>;
}

export interface RunSettings {
  max?: number;
  resume?: number;
  params?: Record<string, unknown>;
  queue?: string;
  lookMs?: number;
  patienceMs?: number;
  /** Where large values travel. */
  blobs?: string;
  /** Sends the code. */
  ship?: { key: string };
  env?: Record<string, string>;
}

export class Site {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-site-')));
  /** Where steps tell what they do, and hear what they wait for. */
  readonly signals = join(this.folder, 'signals');
  readonly #url: string;
  readonly #files: Record<string, string>;
  readonly #children = new Set<ChildProcess>();

  /** @param files of each checkout, by path */
  constructor(url: string, files: Record<string, string>) {
    this.#url = url;
    this.#files = files;
    mkdirSync(this.signals);
  }

  /** A checkout. @param changed files that differ there */
  checkout(name: string, changed: Record<string, string> = {}): string {
    const folder = join(this.folder, name);
    if (existsSync(folder)) return folder;
    const packages = join(folder, 'node_modules', '@nx-flow');
    mkdirSync(packages, { recursive: true });
    symlinkSync(join(ROOT, 'packages', 'flow-core'), join(packages, 'core'), 'junction');
    symlinkSync(join(ROOT, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'), 'junction');
    const all = { 'package.json': '{ "name": "site", "private": true }', ...this.#files, ...changed };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  }

  /** This package and core, installed elsewhere as another version. Gives the folder of this package. */
  installed(version: string): string {
    const modules = join(this.folder, `installed-${version}`, 'node_modules');
    for (const name of ['bullmq', 'ioredis', 'level', 'oxc-parser', 'pg', 's3mini', 'tsx', 'zod']) {
      mkdirSync(modules, { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
    }
    for (const name of ['core', 'queue']) {
      const [from, to] = [join(ROOT, 'packages', `flow-${name}`), join(modules, '@nx-flow', name)];
      cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true });
      const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
      writeFileSync(join(to, 'package.json'), JSON.stringify({ ...manifest, version }));
    }
    return join(modules, '@nx-flow', 'queue');
  }

  /** @param name of its checkout */
  async agent(name: string, { env = {}, ...options }: AgentSettings = {}): Promise<AgentProcess> {
    const all = {
      ...{ url: this.#url, workspace: this.checkout(name), cas: join(this.folder, `cas-${name}`) },
      ...{ queues: ['default'], slots: 1, resources: {}, lockMs: 2000, beatMs: 500, ...options },
    };
    const child = this.#fork('agent-child.cjs', all, env);
    const [{ id, error }] = (await once(child, 'message')) as [{ id: string; error?: object }];
    if (error) throw Object.assign(new Error(), error);
    return {
      id,
      child,
      kill: () => this.#kill(child),
      async stop() {
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        return (await exit)[0];
      },
    };
  }

  run(flow: string, { max = 4, lookMs = 200, env = {}, ...settings }: RunSettings = {}): RunProcess {
    const workspace = this.checkout('own');
    const child = this.#fork(
      'run-child.cjs',
      { flow, workspace, url: this.#url, max, lookMs, ...settings },
      env,
    );
    const events: RunProcess['events'] = [];
    const waiting = new Set<() => void>();
    const outcome = new Promise<RunOutcome>((done, fail) => {
      let ended: RunOutcome | undefined;
      child.on('message', (message: { event?: FlowEvent; outcome?: RunOutcome; error?: object }) => {
        if (message.event) events.push(message.event);
        if (message.outcome) ended = message.outcome;
        if (message.error) fail(Object.assign(new Error(), message.error));
        for (const look of waiting) look();
      });
      // What it has said comes by another way than its end.
      void Promise.all([once(child, 'exit'), once(child, 'disconnect')]).then(([[code, signal]]) => {
        if (ended) done(ended);
        else fail(new Error(`The run ended with ${code ?? signal}.`));
      });
    });
    outcome.catch(() => {});
    return {
      child,
      events,
      outcome,
      event: (is) =>
        new Promise((done) => {
          const look = () => {
            const found = events.find(is);
            if (!found) return;
            waiting.delete(look);
            done(found);
          };
          waiting.add(look);
          look();
        }),
      interrupt: () => child.send('interrupt'),
      kill: () => this.#kill(child),
    };
  }

  /** The tasks of a run, and what its end has. */
  async recorded(flow: string, run: number) {
    const folder = join(this.checkout('own'), '.flow');
    const store = openStore(folder);
    try {
      const tasks: TaskRow[] = [];
      for await (const row of store.tasks(flow, run)) tasks.push(row);
      const logs: Record<string, string> = {};
      const values: Record<string, Record<string, unknown>> = {};
      for (const { step, task, stored } of tasks) {
        const label = `${step}/${task}`;
        const address = { flow, run, step, task };
        logs[label] = '';
        for await (const { text } of store.logs(flow, run, step, task)) logs[label] += text;
        const records = await store.artifacts(stored.map((name) => ({ ...address, name })));
        values[label] = Object.fromEntries(
          records.flatMap((record, i) => (record ? [[stored[i], decodeArtifact(record, store.cas)]] : [])),
        );
      }
      return { row: await store.run(flow, run), tasks, logs, values };
    } finally {
      await store.close();
    }
  }

  tell(name: string): void {
    writeFileSync(join(this.signals, name), '');
  }

  /** Resolves when a step has told this; gives the text. */
  async hear(name: string): Promise<string> {
    const file = join(this.signals, name);
    const watcher = watch(this.signals);
    try {
      while (!existsSync(file)) await once(watcher, 'change');
    } finally {
      watcher.close();
    }
    return readFileSync(file, 'utf8');
  }

  told(): string[] {
    return readdirSync(this.signals).sort();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.#kill(child)));
    for (let tries = 0; ; tries++) {
      try {
        rmSync(this.folder, { recursive: true, force: true });
        return;
      } catch (error) {
        // The broker of a run that was killed is leaving.
        if (tries > 250) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  #fork(program: string, options: object, env: Record<string, string>): ChildProcess {
    const child = fork(join(__dirname, program), [JSON.stringify(options)], {
      env: { ...process.env, NX_FLOW_USER: 'tester', NX_FLOW_SIGNALS: this.signals, ...env },
      execArgv: [],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  async #kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}

/** For flow files: steps tell where they are, and wait for a word. */
export const SIGNALS = `
import { appendFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
const folder = process.env.NX_FLOW_SIGNALS ?? '';
export function tell(name: string, text = '') {
  // Whoever sees it reads all of it.
  writeFileSync(join(folder, '.' + name), text);
  renameSync(join(folder, '.' + name), join(folder, name));
}
export const note = (name: string, line: string) => appendFileSync(join(folder, name), line + '\\n');
export async function hear(name: string) {
  while (!existsSync(join(folder, name))) await pause(5);
}
`;
