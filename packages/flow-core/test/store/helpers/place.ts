/** Temporary stores, their brokers' processes, and the end of both. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageFile } from '../../../src/environment/package-root';
import { BrokerKv } from '../../../src/store/broker/client';
import { LISTENING } from '../../../src/store/broker/protocol';
import { type Op, scan } from '../../../src/store/kv/kv';

const BROKER = packageFile('dist/broker.js');

/** A folder that is gone after the test, with every broker that serves it. */
export function temporaryPlace(prefix = 'nx-flow-test-') {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  return {
    folder,
    async dispose() {
      for (const pid of brokersOf(folder)) await kill(pid);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A store for the tests of a file, one after another, whose one broker stays until the last. */
export function sharedPlace() {
  let place: ReturnType<typeof temporaryPlace>;
  let kept: BrokerKv;
  beforeAll(() => {
    place = temporaryPlace();
    kept = BrokerKv.open(place.folder);
  });
  afterAll(async () => {
    await kept.close();
    await place.dispose();
  });
  return {
    folder: () => place.folder,
    /** Removes every key and every file beside the database, as in a store that is new. */
    async empty() {
      const ops: Op[] = [];
      for await (const [key] of scan(kept, { gte: '', lt: '\x7f' })) ops.push({ key, value: undefined });
      await kept.batch(ops);
      for (const name of ['cas', 'numbers.json', 'acknowledged.json'])
        rmSync(join(place.folder, name), { recursive: true, force: true });
    },
  };
}

/** The processes that serve stores in a folder. */
export function brokersOf(folder: string): number[] {
  return commandLines()
    .filter((line) => line.includes(BROKER) && (line.includes(`${folder} `) || line.includes(`${folder}/`)))
    .map((line) => Number.parseInt(line, 10))
    .filter(alive);
}

/** Of every process, its id and its command with the arguments. */
function commandLines(): string[] {
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      return [`${entry} ${readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ')}`];
    } catch {
      // It has just ended.
      return [];
    }
  });
}

/** A process that ended is gone, even while nobody has asked for its exit code. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
}

export async function kill(pid: number): Promise<void> {
  if (alive(pid)) process.kill(pid, 'SIGKILL');
  await until(() => !alive(pid), `process ${pid} is gone`);
}

/** Every file below a folder with its bytes, and every folder: to compare before and after. */
export function wholeFolder(folder: string): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      return [name, statSync(path).isDirectory() ? 'a folder' : readFileSync(path, 'latin1')];
    }),
  );
}

/** Waits until something holds: the end of a process that is not our child sends no event. */
export async function until(holds: () => boolean, what: string, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`After ${ms} ms still not: ${what}`);
    await delay(5);
  }
}

/**
 * Starts a broker as a client would; resolves when it listens.
 * @param blocks the largest file that it can write, in blocks of 512 bytes: a disk that is full for everything larger
 */
export async function startBroker(store: string, idleMs: number, blocks?: number) {
  const command = [process.execPath, BROKER, store, String(idleMs)];
  const [file, ...args] = blocks === undefined ? command : limited(blocks, command);
  const child = spawn(file as string, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  // Before it listens, it says what it does.
  await new Promise<void>((listens) => {
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
      if (said.split('\n').includes(LISTENING)) listens();
    });
  });
  return { pid: child.pid as number, ended };
}

/**
 * A command under a soft limit of file sizes. What the kernel refuses then, it refuses as on a full disk: it writes what
 * fits, and the rest is an error. Node ignores the signal that comes with it.
 */
export function limited(blocks: number, command: readonly string[]): string[] {
  return ['/bin/sh', '-c', `ulimit -S -f ${blocks}; exec "$@"`, 'sh', ...command];
}

/** Sets an environment variable for the tests of a file. */
export function withEnvironment(name: string, value: string | undefined): void {
  const before = process.env[name];
  const set = (v: string | undefined) => {
    if (v === undefined) delete process.env[name];
    else process.env[name] = v;
  };
  beforeEach(() => set(value));
  afterEach(() => set(before));
}
