/**
 * Knows the processes that a task started by `node:child_process`, and ends them with the task. All ways to start one come
 * by `ChildProcess.prototype.spawn`, which is therefore replaced: functions that a flow has imported by name are, too.
 * What waits for its process (`execSync`) is not seen here; it has ended when the task goes on.
 */
import childProcess, { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import { KEEP, MARK } from '../environment/task-mark';
import { endProcesses } from './end-processes';
import { familyOf, listProcesses, markOf, ownGroup } from './process-table';

/** Whoever starts processes: a task, or the body of a spin. */
export interface Starter {
  /** What it starts now is ended at once. */
  ended?: boolean;
  started?: StartedProcesses;
}

export interface StartedListener {
  /** @param apart in a group of its own, so that the end of this process's group does not take it along */
  started(pid: number, apart: boolean): void;
  ended(pid: number, apart: boolean): void;
}

interface SpawnOptions {
  args?: readonly string[];
  detached?: boolean;
  keep?: boolean;
  envPairs?: string[];
}
type Spawn = (this: ChildProcess, options: SpawnOptions) => unknown;

let marks = 0;

/** What one task started. */
export class StartedProcesses {
  readonly mark = `${process.pid}.${++marks}`;
  readonly #live = new Set<number>();
  #first = Number.POSITIVE_INFINITY;

  add(child: ChildProcess, apart: boolean, listener: StartedListener | undefined): void {
    const { pid } = child;
    if (pid === undefined) return;
    this.#live.add(pid);
    this.#first = Math.min(this.#first, pid);
    listener?.started(pid, apart);
    child.once('exit', () => {
      this.#live.delete(pid);
      listener?.ended(pid, apart);
    });
  }

  /** The task has ended. Returns undefined when nothing of it is left, else a promise of the end of what is. */
  end(): Promise<void> | undefined {
    if (this.#find([...this.#live]).length === 0) return undefined;
    return endProcesses(() => this.#find([...this.#live]));
  }

  #find(roots: readonly number[]): number[] {
    if (process.platform === 'win32') return [...roots];
    if (process.platform !== 'linux' && roots.length === 0 && process.pid !== groupHere()) return [];
    // Numbers grow. Where they have begun anew since this process was started, all are looked at.
    const all = listProcesses(this.#first > process.pid ? this.#first : 0);
    const family = familyOf(roots, all);
    const group = groupHere();
    for (const { pid, parent, group: of } of all) {
      // Its parent has ended and left it behind, in the group of this process.
      if (of !== group || parent === process.pid || pid === process.pid || family.includes(pid)) continue;
      const left =
        process.platform === 'linux' ? markOf(pid) === this.mark : group === process.pid && parent === 1;
      if (left) family.push(pid);
    }
    return family;
  }
}

let group: number | undefined;
function groupHere(): number | undefined {
  group ??= ownGroup(process.platform === 'linux' ? [] : listProcesses());
  return group;
}

/** Set while a function is called whose options say `keep`. */
let keeps = false;

/** @param starter returns whoever starts a process now @returns a function that puts everything back */
export function watchStarted(starter: () => Starter | undefined, listener?: StartedListener): () => void {
  const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };
  const { spawn } = prototype;
  const spawnKnown: Spawn = function (this: ChildProcess, options) {
    const by = starter();
    if (by === undefined || isService(options)) return spawn.call(this, options);
    if (keeps || options.keep === true) {
      // In a group of its own, which is not ended with that of its worker.
      if (process.platform !== 'win32') options.detached = true;
      mark(options, KEEP);
      return spawn.call(this, options);
    }
    by.started ??= new StartedProcesses();
    mark(options, by.started.mark);
    const result = spawn.call(this, options);
    by.started.add(this, options.detached === true || process.platform === 'win32', listener);
    if (by.ended) void by.started.end();
    return result;
  };
  prototype.spawn = spawnKnown;
  const { execFile } = childProcess;
  const execFileKnown = keeping(execFile);
  childProcess.execFile = execFileKnown;
  syncBuiltinESMExports();
  return () => {
    if (prototype.spawn === spawnKnown) prototype.spawn = spawn;
    if (childProcess.execFile !== execFileKnown) return;
    childProcess.execFile = execFile;
    syncBuiltinESMExports();
  };
}

/** Compilers' services are shared by all tasks of a process. */
function isService({ args }: SpawnOptions): boolean {
  return args?.some((arg) => arg.startsWith('--service=')) === true;
}

function mark(options: SpawnOptions, value: string): void {
  const others = (options.envPairs ?? []).filter((pair) => !pair.startsWith(`${MARK}=`));
  options.envPairs = [...others, `${MARK}=${value}`];
}

/** `execFile`, and so `exec`, hands on only the options that it knows. */
function keeping<T extends typeof childProcess.execFile>(real: T): T {
  const around = (call: (...args: unknown[]) => unknown) =>
    function (this: unknown, ...args: unknown[]) {
      const before = keeps;
      keeps ||= args.some((arg) => (arg as { keep?: unknown } | null | undefined)?.keep === true);
      try {
        return call.apply(this, args);
      } finally {
        keeps = before;
      }
    };
  const known = around(real as unknown as (...args: unknown[]) => unknown);
  Object.defineProperty(known, 'name', { value: real.name });
  Object.defineProperty(known, promisify.custom, { value: around(promisify(real) as never) });
  return known as unknown as T;
}
