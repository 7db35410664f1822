/** Conditions under which a command works or says with a code why not; afterwards all is as if nothing had been. */
import { spawn } from 'node:child_process';
import { chownSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Level } from 'level';
import { packageFile } from '../../src/environment/package-root';
import { socketPath } from '../../src/store/broker/protocol';
import type { Result, RunOptions } from '../kit/workspace';
import { startBroker, wholeFolder } from '../store/helpers/place';
import { allHolds } from './after';
import { commandNamed } from './commands';
import { Disk, READ_ONLY, small } from './disk';
import type { Draw } from './draw';
import { as, Failure } from './failure';
import type { Fault } from './faults';
import { DONE } from './fixture';
import { requireCode } from './noticed';
import { canTrace, startTraced, traced } from './traced';
import { execute, lineOf, said, succeeds, type Trial, type WritingCommand } from './trial';
import { within } from './within';

/** The commands that are given under a condition. */
const GIVEN = ['run', 'resume what failed', 'spin --persist', 'tag', 'import', 'export', 'spin --all'];

/** A command in a process of its own, which works, or says why not. Returns its result. */
async function given(trial: Trial, command: WritingCommand, options: RunOptions): Promise<Result> {
  const { lane } = trial;
  const args = lineOf(command, trial);
  const env = { ...lane.env, ...options.env };
  const result = await within(lane.ws.start(args, { ...options, env }).done, `nx-flow ${args.join(' ')}`);
  requireCode(result);
  return result;
}

/** As {@link given}; then all must hold. */
async function under(trial: Trial, draw: Draw, what: string, options: RunOptions): Promise<{ what: string }> {
  const command = commandNamed(draw.of(GIVEN));
  const result = await given(trial, command, options);
  await as('left', `after ${command.name}`, () => trial.lane.gone());
  if (result.code === 0) await as('lost', command.name, () => command.check(trial, result));
  await allHolds(trial, command);
  return { what: `${what}: ${command.name} ends with ${result.code} ${codeOf(result)}` };
}

const codeOf = (result: Result) => (result.code === 0 ? '' : (/FLOW_[A-Z_]+/.exec(said(result))?.[0] ?? ''));

const ERRORS = ['EIO', 'ENOSPC', 'EROFS', 'EDQUOT'] as const;

/** From one of these calls on, or only at it. */
function failing(draw: Draw, calls: readonly ('write' | 'fdatasync' | 'fsync' | 'rename')[], most: number) {
  const call = draw.of(calls);
  const error = draw.of(ERRORS);
  const nth = `${draw.int(1, call === 'write' ? most * 4 : most)}${draw.of(['', '+'])}`;
  return { call, what: `error=${error}:when=${nth}` };
}

const brokersCalls: Fault = async (trial, draw) => {
  if (!canTrace()) return undefined;
  const { call, what } = failing(draw, ['write', 'fdatasync', 'fsync', 'rename'], 8);
  await startTraced(trial.store, trial.lane.env, call, what);
  return under(trial, draw, `the broker's ${call} ${what}`, {});
};

const commandsCalls: Fault = async (trial, draw) => {
  if (!canTrace()) return undefined;
  const { call, what } = failing(draw, ['fdatasync', 'fsync', 'rename'], 3);
  return under(trial, draw, `${call} ${what}`, { under: traced(call, what, []) });
};

/** The disk is full in the midst; what is there is read; then there is room again. */
const fullDisk: Fault = async (trial, draw) => {
  const { lane, store } = trial;
  const outside = `${store}-outside`;
  cpSync(store, outside, { recursive: true });
  const disk = await Disk.mount(store, small(16_384));
  if (!disk) return undefined;
  const command = commandNamed(draw.of(GIVEN));
  const left = draw.int(0, 300);
  const inside = { under: disk.under(lane.ws.folder) };
  let result: Result;
  try {
    disk.sh('cp -r "$1/." "$2"', outside, store);
    // What stays free, in kilobytes, is not what one file of it can have: blocks are whole pages.
    disk.sh(
      'head -c "$2"k /dev/zero > "$1/kept"; head -c 17M /dev/zero > "$1/filler" 2>/dev/null; rm "$1/kept"',
      store,
      String(left),
    );
    result = await given(trial, command, inside);
    const read = await given(trial, { ...command, args: () => ['dump', 'work', `${DONE}/end`] }, inside);
    if (read.code !== 0)
      throw new Failure('broken', `reading on a full disk ends with ${read.code}: ${said(read)}`);
    disk.sh('rm "$1/filler"', store);
    await as('broken', 'with room again', async () => {
      const again = await given(trial, command, inside);
      if (!succeeds(command, again)) throw new Error(said(again));
    });
    await as('left', 'on the disk', () => lane.gone());
    rmSync(outside, { recursive: true });
    disk.sh('cp -r "$1" "$2"', store, outside);
  } finally {
    await disk.end();
  }
  await as('broken', 'the copy', async () => allHolds({ ...trial, store: outside }, command));
  rmSync(outside, { recursive: true });
  return { what: `${left} KB are free: ${command.name} ends with ${result.code} ${codeOf(result)}` };
};

const readOnly: Fault = async (trial, draw) => {
  const { lane, store } = trial;
  const before = wholeFolder(store);
  const disk = await Disk.mount(store, READ_ONLY);
  if (!disk) return undefined;
  const command = commandNamed(draw.of(GIVEN));
  const inside = { under: disk.under(lane.ws.folder) };
  try {
    const result = await given(trial, command, inside);
    const read = await given(trial, { ...command, args: () => ['dump', 'work', `${DONE}/end`] }, inside);
    if (read.code !== 0) throw new Failure('broken', `reading ends with ${read.code}: ${said(read)}`);
    await as('left', 'of a disk that cannot be written', () => lane.gone());
    unchanged(before, store);
    await allHolds(trial, command);
    return { what: `${command.name} ends with ${result.code} ${codeOf(result)}` };
  } finally {
    await disk.end();
  }
};

function unchanged(before: Record<string, string>, store: string): void {
  const after = wholeFolder(store);
  const other = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => before[name] !== after[name],
  );
  if (other.length > 0) throw new Failure('lost', `other than before: ${other.slice(0, 5)}`);
}

const newerFormat: Fault = async (trial, draw) => {
  writeFileSync(join(trial.store, 'db', 'nx-flow.json'), '{"format":3,"digests":1}\n');
  const before = wholeFolder(trial.store);
  const command = commandNamed(draw.of(GIVEN));
  const result = await execute(trial, lineOf(command, trial));
  if (codeOf(result) !== 'FLOW_STORE_FORMAT') throw new Failure('broken', said(result));
  unchanged(before, trial.store);
  writeFileSync(join(trial.store, 'db', 'nx-flow.json'), '{"format":2,"digests":1}\n');
  await allHolds(trial, command);
  return { what: `${command.name} ends with ${result.code} ${codeOf(result)}` };
};

/** Without checksums, as format 1 was. */
const olderFormat: Fault = async (trial, draw) => {
  for (const folder of [trial.store, join(trial.store, 'spin')]) {
    const db = new Level<string, Uint8Array>(join(folder, 'db'), { valueEncoding: 'view' });
    const all = await db.iterator().all();
    await db.batch(all.map(([key, value]) => ({ type: 'put', key, value: value.slice(0, -4) })));
    await db.close();
    writeFileSync(join(folder, 'db', 'nx-flow.json'), '{"format":1,"digests":1}\n');
  }
  const call = draw.of(['write', 'fdatasync', 'fsync', 'rename'] as const);
  const nth = draw.int(1, 10);
  if (canTrace()) await startTraced(trial.store, trial.lane.env, call, `signal=KILL:when=${nth}`);
  return under(trial, draw, `a store of format 1, whose broker is killed at ${call} ${nth}`, {});
};

const clock: Fault = async (trial, draw) => {
  const jump = draw.of([-1, 1]) * draw.of([1000, 3_600_000, 400 * 86_400_000]);
  const preload = join(__dirname, 'clock.cjs');
  const env = { NODE_OPTIONS: `--require ${preload}`, TORTURE_CLOCK: String(jump) };
  const args = ['--require', preload, packageFile('dist/broker.js'), trial.store, '0'];
  const broker = spawn(process.execPath, args, {
    env: { ...process.env, ...trial.lane.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((listening) => broker.stdout.once('data', listening).once('close', listening));
  return under(trial, draw, `the clock jumps by ${jump / 1000} s`, { env });
};

const handles: Fault = (trial, draw) => {
  // With fewer, Node itself ends before it executes anything of ours.
  const most = draw.int(20, 128);
  const limited = ['/bin/sh', '-c', `ulimit -n ${most}; exec "$@"`, 'sh'];
  return under(trial, draw, `${most} handles`, { under: limited });
};

const temporary: Fault = (trial, draw) => {
  const folder = draw.of([
    trial.lane.ws.path('nowhere', 'at', 'all'),
    trial.lane.ws.path('data.bin'),
    '/proc',
  ]);
  return under(trial, draw, `TMPDIR is ${folder}`, { env: { TMPDIR: folder } });
};

const ANOTHER = 65_534;

/** The store is another user's, or the user is another. Only root can make it so. */
const anotherUser: Fault = async (trial, draw) => {
  if (process.getuid?.() !== 0) return undefined;
  const { store } = trial;
  if (draw.of([true, false])) {
    const own = (uid: number) => {
      for (const name of ['.', ...(readdirSync(store, { recursive: true }) as string[])])
        chownSync(join(store, name), uid, uid);
    };
    own(ANOTHER);
    return under(trial, draw, 'the store is of another user', {});
  }
  const before = wholeFolder(store);
  const command = commandNamed(draw.of(GIVEN));
  const as = ['setpriv', `--reuid=${ANOTHER}`, `--regid=${ANOTHER}`, '--clear-groups'];
  const result = await given(trial, command, { under: as });
  if (result.code === 0) throw new Failure('broken', `${command.name} of another user ends with 0`);
  unchanged(before, store);
  await allHolds(trial, command);
  return { what: `another user: ${command.name} ends with ${result.code} ${codeOf(result)}` };
};

/** It is there, and says nothing. */
const stopped: Fault = async (trial, draw) => {
  const { pid, ended } = await startBroker(trial.store, 60_000);
  process.kill(pid, 'SIGSTOP');
  const command = commandNamed(draw.of(GIVEN));
  const result = await given(trial, command, {});
  process.kill(pid, 'SIGKILL');
  await ended;
  if (result.code === 0) throw new Failure('broken', `${command.name} ended well`);
  await allHolds(trial, command);
  return { what: `the broker is stopped: ${command.name} ends with ${result.code} ${codeOf(result)}` };
};

/** Something else listens where the broker should. */
const foreign: Fault = async (trial, draw) => {
  const server = createServer(() => {});
  await new Promise<void>((listening) => server.listen(socketPath(trial.store), listening));
  try {
    return await under(trial, draw, 'something else listens', {});
  } finally {
    server.close();
  }
};

export const CONDITIONS: Readonly<Record<string, { fault: Fault; times: number }>> = {
  'calls of the broker fail': { fault: brokersCalls, times: 8 },
  'calls of a command fail': { fault: commandsCalls, times: 4 },
  'a full disk': { fault: fullDisk, times: 4 },
  'a disk that can only be read': { fault: readOnly, times: 2 },
  'a newer format': { fault: newerFormat, times: 1 },
  'an older format': { fault: olderFormat, times: 2 },
  'a clock that jumps': { fault: clock, times: 3 },
  'few file handles': { fault: handles, times: 3 },
  'no folder for temporary files': { fault: temporary, times: 2 },
  'another user': { fault: anotherUser, times: 1 },
  'a stopped broker': { fault: stopped, times: 1 },
  'a foreign listener': { fault: foreign, times: 1 },
};
