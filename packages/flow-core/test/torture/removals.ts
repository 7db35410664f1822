/** The commands that remove: of each run either all is there, or it is removed, and then nothing of it is left that nobody needs. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scan } from '../../src/store/kv/kv';
import { keys } from '../../src/store/kv/row-keys';
import type { Result } from '../kit/workspace';
import { DONE, FAILED, NEWEST, STOPPED } from './fixture';
import { rightRun } from './right';
import { execute, lineOf, numberOf, said, succeed, type Trial, type WritingCommand } from './trial';
import { withStore } from './within';

const named = (run: number) => `work/${run}`;

/** All of it would be too young to go. */
function age({ store }: Trial): void {
  for (const cas of [join(store, 'cas'), join(store, 'spin', 'cas')])
    for (const name of readdirSync(cas, { recursive: true }) as string[])
      if (/[0-9a-f]{64}$/.test(name)) utimesSync(join(cas, name), new Date(0), new Date(0));
}

const STRAYS = Array.from({ length: 40 }, (_, i) => Buffer.from(`nothing refers to ${i} `.repeat(3000)));
const strays = ({ store }: Trial) =>
  STRAYS.map((bytes) => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    return { bytes, path: join(store, 'cas', hash.slice(0, 2), hash) };
  });

/** Files that nothing refers to. */
async function leaveStrays(trial: Trial): Promise<void> {
  for (const { bytes, path } of strays(trial)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, bytes, { mode: 0o600 });
  }
  age(trial);
}

const isOf = (run: number, key: string) => {
  const [kind, , number, ...rest] = key.split('/');
  return Number(kind === 'namespace' || kind === 'reuse' ? rest.at(-1) : number) === run;
};

/** A removed run has no records but its tombstone, unless they are read or needed. */
async function isGone(trial: Trial, runs: readonly number[], { json }: Result, spins = false): Promise<void> {
  const stay = [...json.read, ...json.needed.map(({ run }: { run: string }) => run)];
  await withStore(spins ? join(trial.store, 'spin') : trial.store, async ({ kv }) => {
    const found: string[] = [];
    const gone = runs.filter((one) => !stay.includes(named(one)));
    for await (const [key] of scan(kv, { gte: '', lt: '\x7f' }))
      if (gone.some((run) => isOf(run, key) && key !== keys.removed('work', run))) found.push(key);
    if (found.length > 0) throw new Error(`Of removed runs there is ${found.slice(0, 5)}.`);
  });
}

/** @param left what is there when the runs are gone */
function rm(name: string, runs: readonly number[], more: Partial<WritingCommand> = {}): WritingCommand {
  const spins = more.removesSpins !== undefined;
  const there = more.check;
  const command: WritingCommand = {
    name,
    ms: 220,
    ...(spins ? {} : { removes: runs }),
    before: async (trial) => age(trial),
    args: () => ['rm', 'work', ...runs.map(String), ...(spins ? ['--spin'] : [])],
    ...more,
    check: async (trial, result) => {
      if (result.json.removed.join() !== runs.map(named).join())
        throw new Error(`It removed ${result.json.removed}.`);
      await isGone(trial, runs, result, spins);
      await there?.(trial, result);
    },
    /** What was removed is known to be; gc has what was left of it. */
    async again(trial) {
      const result = await execute(trial, lineOf(command, trial));
      if (result.code === 0) return command.check(trial, result);
      if (!said(result).includes('FLOW_RUN_REMOVED')) throw new Error(said(result));
      const rest = ['gc', '--keep-last=100', '--namespace=everybody', `--store=${trial.store}`, '--json'];
      const rested = await execute(trial, rest);
      if (!gcSucceeds(rested)) throw new Error(said(rested));
      await isGone(trial, runs, rested, spins);
      await there?.(trial, result);
    },
  };
  return command;
}

/** For a while after a broker was killed, gc ends with 1: whoever read may come back. */
const gcSucceeds = ({ code, json }: Result) => code === 0 || (code === 1 && json?.runs !== undefined);

export const REMOVALS: readonly WritingCommand[] = [
  rm('rm of runs', [DONE, FAILED, STOPPED], {
    async check(trial) {
      const next = numberOf((await succeed(trial, ['run', 'work', `--store=${trial.store}`, '--json'])).json);
      if (next <= NEWEST) throw new Error(`The number ${next} was given again.`);
      await rightRun(trial, next);
    },
  }),
  rm('rm of a run that another refers to', [FAILED], {
    async before(trial) {
      await succeed(trial, ['resume', 'work', `--origin=${FAILED}`, `--store=${trial.store}`, '--json']);
      age(trial);
    },
    check: (trial) => rightRun(trial, NEWEST + 1),
  }),
  rm('rm of spins', [1], { removesSpins: [1] }),
  {
    name: 'gc',
    succeeds: gcSucceeds,
    ms: 300,
    removes: [FAILED],
    before: leaveStrays,
    args: () => ['gc', '--keep-last=1', '--namespace=everybody'],
    check: async (trial, { json }) => {
      const { kept }: { kept: boolean } = json.runs.find(
        ({ pathspec }: { pathspec: string }) => pathspec === named(FAILED),
      ) ?? { kept: false };
      await withStore(trial.store, async (opened) => {
        // For a while after a broker was killed, nobody knows who reads the run: it is kept, and that is said.
        const [row, tombstone] = [await opened.run('work', FAILED), await opened.removed('work', FAILED)];
        if ((row !== undefined) !== kept || (tombstone === undefined) !== kept)
          throw new Error(`Run ${FAILED} is ${row?.status}, and kept: ${kept}.`);
      });
      const stayed = strays(trial).filter(({ path }) => existsSync(path));
      if (stayed.length > 0) throw new Error(`Nothing refers to ${stayed.length} files that are there.`);
    },
  },
];
