/** Kill -9 of what works at a command, at a moment that the seed gives. */
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { type Started, until } from '../kit/workspace';
import { allHolds } from './after';
import { COMMANDS, commandNamed } from './commands';
import { Draw } from './draw';
import { as, Failure } from './failure';
import { repairHolds } from './repaired';
import { type BrokerAtCall, brokerKilledAt, CALLS, canTrace } from './traced';
import { lineOf, said, succeeds, type Trial, type WritingCommand } from './trial';
import { within } from './within';

/**
 * - `client`: the process of the command, which coordinates a run
 * - `worker`: one of its workers
 * - `broker`: that of the store, up to three times
 * - `everything`: all of them at once, as when a machine goes off
 * - `broker at a call`: at the nth time that it asks the system to write, rename, sync, remove
 */
export const VICTIMS = ['client', 'worker', 'broker', 'everything', 'broker at a call'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface Kill {
  command: string;
  victim: Victim;
  /** When, as a part of the time that the command takes. */
  at: number;
  /** How often. */
  times: number;
  call: (typeof CALLS)[number];
  /** At which one of these calls. */
  nth: number;
  /** For what the store is brought to first. */
  seed: number;
}

const has = ({ workers, storeless }: WritingCommand, victim: Victim): boolean =>
  victim === 'worker' ? workers === true : !(storeless && victim.startsWith('broker'));

export const PAIRS = COMMANDS.flatMap((command) =>
  VICTIMS.filter((victim) => has(command, victim)).map((victim) => ({ command: command.name, victim })),
);

/**
 * The kill number `index` of a seed. Every pair of a command and a victim comes once in each round.
 * @param command only those whose name begins with this word
 */
export function killOf(seed: number, index: number, command?: string): Kill {
  const pairs = PAIRS.filter((one) => command === undefined || one.command.split(' ')[0] === command);
  if (pairs.length === 0) throw new Error(`No command that writes is called ${command}.`);
  const round = Math.floor(index / pairs.length);
  const shuffled = fc.shuffledSubarray(pairs, { minLength: pairs.length });
  const [order = pairs] = fc.sample(shuffled, { seed: (seed + 7919 * round) % 2 ** 31, numRuns: 1 });
  const pair = order[index % pairs.length] as (typeof PAIRS)[number];
  const draw = new Draw(seed, index);
  const call = draw.of(CALLS);
  return {
    ...pair,
    at: 0.2 + 0.8 * draw.part(),
    times: pair.victim === 'broker' ? draw.int(1, 3) : 1,
    call,
    nth: draw.int(1, call === 'write' ? 60 : 8),
    seed: draw.int(0, 2 ** 31),
  };
}

/** How often to try when the command was quicker. */
const TRIES = 4;

/** @returns how many processes were killed */
export async function kill(one: Kill, trial: Trial): Promise<number> {
  const command = commandNamed(one.command);
  const { lane, store } = trial;
  if (command.nowhere) lane.drop(store);
  let killed = 0;
  for (let attempt = 0; killed === 0 && attempt < TRIES; attempt++) {
    const part = 0.6 ** attempt;
    if (command.before) {
      if (attempt > 0) {
        await as('left', 'after the command', () => lane.gone());
        lane.drop(trial.store);
        // What this process has verified is not read again at the same place.
        trial.store = `${store}-${attempt}`;
        await lane.fresh(trial.store);
      }
      await command.before(trial, new Draw(one.seed, attempt));
      await lane.gone();
    }
    if (one.victim === 'broker at a call' && canTrace())
      killed = await atCall(one, Math.ceil(one.nth * part), command, trial);
    else killed = await atMoment(one, one.at * part * command.ms * trial.lane.speed, command, trial);
  }
  await as('left', 'after the kill', () => trial.lane.gone());
  await (command.repairs ? repairHolds : allHolds)(trial, command);
  return killed;
}

const start = (command: WritingCommand, trial: Trial): Started =>
  trial.lane.ws.start(lineOf(command, trial), { env: trial.lane.env });

async function atMoment(one: Kill, ms: number, command: WritingCommand, trial: Trial): Promise<number> {
  const started = start(command, trial);
  let ended = false;
  const done = started.done.finally(() => {
    ended = true;
  });
  let killed = 0;
  for (let time = 0; time < one.times && !ended; time++) {
    await Promise.race([pause(ms / one.times), done]);
    await until(() => ended || victims(one.victim, started, trial).length > 0, 'something to kill');
    for (const pid of victims(one.victim, started, trial)) killed += strike(pid);
  }
  await judged(one, command, trial, started);
  return killed;
}

function victims(victim: Victim, { pid, child }: Started, { lane: { ws } }: Trial): number[] {
  const own = child.exitCode === null && child.signalCode === null ? [pid] : [];
  if (victim === 'client') return own;
  if (victim === 'everything') return [...own, ...ws.brokers(), ...ws.processes().map((one) => one.pid)];
  if (victim === 'worker') return workers(ws).slice(0, 1);
  return ws.brokers();
}

const workers = (ws: Trial['lane']['ws']) =>
  ws.processes().flatMap(({ pid, command }) => (command.includes('worker.js') ? [pid] : []));

/** Returns how many were killed: it may have just ended. */
export function strike(pid: number): 0 | 1 {
  try {
    process.kill(pid, 'SIGKILL');
    return 1;
  } catch {
    return 0;
  }
}

async function atCall(one: Kill, nth: number, command: WritingCommand, trial: Trial): Promise<number> {
  const { lane, store } = trial;
  const broker: BrokerAtCall = await brokerKilledAt(store, lane.env, one.call, nth);
  await judged(one, command, trial, start(command, trial));
  return (await within(broker.ended, 'the broker')) ? 1 : 0;
}

/** What a command says when it was struck. */
async function judged(one: Kill, command: WritingCommand, trial: Trial, { done }: Started): Promise<void> {
  const result = await within(done, `nx-flow ${command.name}`);
  trial.heard = said(result);
  if (succeeds(command, result))
    return as('lost', `${command.name} said that it is done`, () => command.check(trial, result));
  const spared = one.victim === 'broker' || one.victim === 'broker at a call';
  if (spared && command.refuses?.test(said(result))) return;
  if (spared) throw new Failure('broken', `${command.name} ended with ${result.code}: ${said(result)}`);
  if (one.victim === 'worker' && !/FLOW_(WORKER_DIED|IMPORT)\b/.test(said(result)))
    throw new Failure('broken', `${command.name} ended with ${result.code}: ${said(result)}`);
}
