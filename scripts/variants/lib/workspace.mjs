import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { end, MARK, processesOf } from './processes.mjs';

/**
 * A temporary workspace with a store of its own, in which `@nx-flow/core`, `@nx-flow/plugin` and `zod` are those of a build.
 *
 * Arguments of {@link flow}, {@link node} and {@link nx} are texts; the last one may be an object of options: `env`, `cwd`,
 * `input` (for stdin) and `limit`, in milliseconds, after which the command and its group are ended (default 20,000).
 */
export class Workspace {
  #after = [];

  constructor(build) {
    this.build = build;
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-variant-')));
    this.write('package.json', '{ "name": "variant", "private": true, "workspaces": ["packages/*"] }');
    this.link('@nx-flow/core', '@nx-flow/plugin', 'zod');
  }

  path(...parts) {
    return join(this.dir, ...parts);
  }

  /** Writes a file of the workspace, with its folders; gives its path. */
  write(path, text) {
    const file = this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  read(path) {
    return readFileSync(this.path(path), 'utf8');
  }

  exists(path) {
    return existsSync(this.path(path));
  }

  /** Makes packages that the build has installed available here, such as `nx`. */
  link(...names) {
    for (const name of names) {
      mkdirSync(dirname(this.path('node_modules', name)), { recursive: true });
      symlinkSync(
        realpathSync(join(this.build, 'node_modules', name)),
        this.path('node_modules', name),
        'junction',
      );
    }
  }

  /** The command `nx-flow`: `{ code, signal, stdout, stderr, hung }`. */
  flow(...args) {
    return this.start(join(this.build, 'packages/flow-core/bin/nx-flow.js'), ...args).done;
  }

  /** A script, or what else node takes. */
  node(...args) {
    return this.start(...args).done;
  }

  /** Nx, which has to be linked. */
  nx(...args) {
    return this.start(join(this.build, 'node_modules/nx/dist/bin/nx.js'), ...args).done;
  }

  /** As {@link flow}, and throws unless it ends well: for what goes before the variant. */
  async ok(...args) {
    const result = await this.flow(...args);
    if (result.code !== 0) throw new Error(`nx-flow ${args[0]} ended with ${said(result)}`);
    return result;
  }

  /** Begins a command: `nx-flow` where `args` begin with no script. `signal` sends it to the command alone, `done` is its result. */
  startFlow(...args) {
    return this.start(join(this.build, 'packages/flow-core/bin/nx-flow.js'), ...args);
  }

  start(...given) {
    const options = typeof given.at(-1) === 'object' ? given.at(-1) : {};
    const args = given.filter((arg) => typeof arg === 'string');
    const { cwd = this.dir, env = {}, input, limit = 20_000 } = options;
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...this.#environment(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    child.stdin.on('error', () => {}).end(input);
    const result = { code: null, signal: null, stdout: '', stderr: '', hung: false };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        result[name] += text;
      });
    }
    const done = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        result.hung = true;
        end(-child.pid);
      }, limit);
      child.once('error', reject);
      child.once('close', () => resolve(result));
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        Object.assign(result, { code, signal });
        // What it left behind may hold its output.
        setTimeout(() => resolve(result), 1000);
      });
    });
    return { pid: child.pid, done, signal: (name) => end(child.pid, name) };
  }

  /** The living processes of this workspace, brokers aside: `{ pid, command }`. */
  processes() {
    return processesOf(this.dir).filter(({ command }) => !command.includes('broker.js'));
  }

  /** Waits until something holds; says whether it did, within `ms`. */
  async until(holds, ms = 10_000) {
    for (const last = Date.now() + ms; !(await holds()); await pause(20)) if (Date.now() > last) return false;
    return true;
  }

  /** Is called when the variant is over. */
  after(fn) {
    this.#after.push(fn);
  }

  async dispose() {
    for (const fn of this.#after.reverse()) await fn();
    await this.until(() => {
      const left = processesOf(this.dir);
      for (const { pid } of left) end(pid);
      return left.length === 0;
    });
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /** Nothing of the environment in which the variants are started, but for what every program needs. */
  #environment() {
    const { PATH, HOME, TMPDIR, LANG } = process.env;
    const needed = Object.entries({ PATH, HOME, TMPDIR, LANG }).filter(([, value]) => value !== undefined);
    return {
      ...Object.fromEntries(needed),
      NX_FLOW_USER: 'tester',
      // A broker leaves at once.
      CI: '1',
      NO_COLOR: '1',
      NX_DAEMON: 'false',
      [MARK]: this.dir,
    };
  }
}

/** A result in a sentence: how it ended, and the last lines that it printed. */
export function said({ code, signal, stdout, stderr, hung }) {
  const how = hung ? 'no end (it was ended after the limit)' : (signal ?? code);
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return `${how}: ${lines.length === 0 ? 'no word' : lines.slice(-4).join(' | ').slice(0, 400)}`;
}
