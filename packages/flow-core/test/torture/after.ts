/** What must hold after every trial: the store is whole, dead runs are known and can be resumed, nothing is left. */
import { join } from 'node:path';
import { openStore } from '../../src/store/open';
import type { Store } from '../../src/store/store';
import type { Result } from '../kit/workspace';
import { type Facts, factsOf } from './facts';
import { as, Failure } from './failure';
import { NEWEST } from './fixture';
import { nothingLeft } from './left';
import { ownRuns, rightRun } from './right';
import {
  execute,
  lineOf,
  numberOf,
  said,
  succeed,
  succeeds,
  type Trial,
  verifyOf,
  type WritingCommand,
} from './trial';
import { within, withStore } from './within';

/** @param command the one that was struck. @param fresh nothing was recorded before */
export async function allHolds(trial: Trial, command: WritingCommand): Promise<void> {
  const fresh = command.nowhere === true;
  // One broker for all that is asked.
  const kept = openStore(trial.store);
  try {
    await as('broken', 'the store does not open', () => within(kept.run('work', 1), 'opening'));
    if (!fresh) await as('lost', 'what was there before', () => templateIsThere(trial, command));
    const own = await as('broken', 'the list of runs', () => ownRuns(trial, fresh));
    const running = own.filter(({ status }) => status === 'running');
    if (running.length > 0) throw new Failure('stuck', `${JSON.stringify(running)} of the dead`);
    await goesOn(trial, command, own, fresh ? 0 : NEWEST);
    await as('lost', 'verify', () => succeed(trial, verifyOf(trial)));
  } finally {
    await within(kept.close(), 'closing the store');
  }
  await nothingLeft(trial);
}

async function templateIsThere({ lane, store }: Trial, command: WritingCommand): Promise<void> {
  const { facts, spins } = await lane.template();
  const changing = ['runs', 'newest', ...(command.name === 'tag' ? ['tags/1'] : [])];
  await withStore(store, async (opened) =>
    same(opened, await left(opened, facts, command.removes), changing),
  );
  await withStore(join(store, 'spin'), async (opened) =>
    same(opened, await left(opened, spins, command.removesSpins), ['runs', 'newest']),
  );
}

/** Without the facts of runs that were removed. @throws where only some of them were */
async function left(store: Store, facts: Facts, removes: readonly number[] = []): Promise<Facts> {
  const rows = await Promise.all(removes.map((run) => store.unpinnedRun('work', run)));
  const removed = removes.filter((_, i) => rows[i] === undefined);
  if (removed.length === 0) return facts;
  if (removed.length < removes.length) throw new Error(`of ${removes}, only ${removed} were removed`);
  for (const run of removed)
    if (!(await store.removed('work', run))) throw new Error(`run ${run} has neither row nor tombstone`);
  return new Map([...facts].filter(([name]) => !removed.includes(Number(name.split('/')[1]))));
}

async function same(
  store: Store,
  facts: ReadonlyMap<string, string>,
  changing: readonly string[],
): Promise<void> {
  const names = [...facts.keys()].filter((name) => !changing.includes(name));
  const found = await factsOf(store, names);
  const other = names.filter((name) => found.get(name) !== facts.get(name));
  if (other.length > 0) throw new Error(`other than before: ${other.slice(0, 5)}`);
}

/** Resumes each dead run, or gives the same command again. */
async function goesOn(
  trial: Trial,
  command: WritingCommand,
  own: readonly { run: number; status: string }[],
  newest: number,
): Promise<void> {
  let last = Math.max(newest, ...own.map(({ run }) => run));
  const isNew = (result: Result) => {
    const number = numberOf(result.json);
    if (number <= last) throw new Failure('lost', `the number ${number} was given again`);
    last = number;
    return number;
  };
  const dead = own.filter(({ status }) => status !== 'done' && status !== 'stopped');
  for (const { run } of dead)
    await as('stuck', `run ${run}`, async () => {
      const resumed = await succeed(trial, [
        'resume',
        'work',
        `--origin=${run}`,
        '--max-workers=2',
        `--store=${trial.store}`,
        '--json',
      ]);
      await rightRun(trial, isNew(resumed));
    });
  if (dead.length > 0) return;
  await as('broken', 'the same command again', async () => {
    if (command.again) return command.again(trial);
    const result = await execute(trial, lineOf(command, trial));
    if (!succeeds(command, result))
      throw new Error(`${command.name} ended with ${result.code}: ${said(result)}`);
    if (command.runs) isNew(result);
    await command.check(trial, result);
  });
}
