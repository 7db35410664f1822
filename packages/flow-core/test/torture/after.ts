/** What must hold after every trial: the store is whole, dead runs are known and can be resumed, nothing is left. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/open';
import type { Result } from '../kit/workspace';
import { COMMANDS, lineOf, numberOf, ownRuns, rightRun, type Trial, type WritingCommand } from './commands';
import { factsOf } from './facts';
import { as, Failure } from './failure';
import { NEWEST } from './fixture';
import { leftInStore, leftInWorkspace } from './left';
import { within, withStore } from './within';

/** Executes a command in the process that stays. */
export function execute({ lane }: Trial, line: readonly string[]): Promise<Result> {
  return within(lane.ws.nxFlow(line, { env: lane.env }), `nx-flow ${line.join(' ')}`);
}

/** As {@link execute}. @throws unless it ends well */
export async function succeed(trial: Trial, args: readonly string[]): Promise<Result> {
  const result = await execute(trial, args);
  if (result.code !== 0)
    throw new Error(`nx-flow ${args.join(' ')} ended with ${result.code}: ${said(result)}`);
  return result;
}

export const said = ({ stdout, stderr }: Result) => `${stdout}${stderr}`.slice(-1500);

export const verifyOf = ({ store }: Trial) => ['verify', '--read-data', `--store=${store}`, '--json'];

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
  const stays = ([name]: [string, string]) => name.split('/')[1] !== String(command.removes);
  const staying = command.removes === undefined ? facts : new Map([...facts].filter(stays));
  await withStore(store, (opened) => same(opened, staying, changing));
  await withStore(join(store, 'spin'), (opened) => same(opened, spins, ['runs', 'newest']));
}

async function same(
  store: Parameters<typeof factsOf>[0],
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
    const result = await succeed(trial, lineOf(command, trial));
    if (command.runs) isNew(result);
    await command.check(trial, result);
  });
}

/** Processes end by themselves; a broker is gone with its last client. */
export async function nothingLeft({ lane, store }: Trial): Promise<void> {
  await as('left', 'processes', () => lane.gone());
  const files = [...leftInStore(store), ...leftInWorkspace(lane.ws.folder)];
  if (files.length > 0)
    throw new Failure('left', `${files.slice(0, 5).join(' ')} beside ${readdirSync(store)}`);
}

export const commandNamed = (name: string) => COMMANDS.find((one) => one.name === name) as WritingCommand;
