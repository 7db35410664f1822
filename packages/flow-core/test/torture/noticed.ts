/** After damage: what is read is right, or an error with a code; what is absent was told; and no command hangs. */
import { join } from 'node:path';
import { droppedLine } from '../../src/store/level/dropped';
import type { Result } from '../kit/workspace';
import { commandNamed } from './commands';
import { compare } from './compare';
import { as, Failure } from './failure';
import { NEWEST } from './fixture';
import { nothingLeft } from './left';
import { execute, lineOf, numberOf, said, type Trial, verifyOf } from './trial';

export interface Noticed {
  /** Facts that were read as they were. */
  right: number;
  /** Facts that were refused with a code. */
  refused: number;
  /** Facts that are gone, and somebody was told. */
  told: number;
}

export async function everythingNoticed(trial: Trial): Promise<Noticed> {
  const { facts, spins } = await trial.lane.template();
  const runs = await compare(trial.store, facts);
  const ofSpins = await compare(join(trial.store, 'spin'), spins);
  const gone = [...runs.gone, ...ofSpins.gone];
  const noticed = {
    right: runs.right.size + ofSpins.right.size,
    refused: runs.refused.length + ofSpins.refused.length,
    told: gone.length,
  };
  const verified = await as('broken', 'verify', () => execute(trial, verifyOf(trial)));
  requireCode(verified);
  // A damaged filter hides records, and is made anew when its table is merged with others: then they are there again.
  if (verified.code === 0 && noticed.refused > 0 && !(await areReadable(trial)))
    throw new Failure(
      'unnoticed',
      `verify says that all is right, and ${noticed.refused} facts cannot be read`,
    );
  const told = verified.code !== 0 || dropped(trial.store);
  if (gone.length > 0 && !told) throw new Failure('unnoticed', `gone without a word: ${gone.slice(0, 6)}`);
  await nextCommands(trial);
  await nothingLeft(trial);
  return noticed;
}

/** Whether it is known that the database has lost something. */
const dropped = (store: string) =>
  [store, join(store, 'spin')].some((folder) => droppedLine(folder) !== undefined);

/** The next commands do what they are asked, or say with a code why not. */
async function areReadable(trial: Trial): Promise<boolean> {
  const { facts, spins } = await trial.lane.template();
  const found = [await compare(trial.store, facts), await compare(join(trial.store, 'spin'), spins)];
  return found.every(({ refused, gone }) => refused.length + gone.length === 0);
}

export async function nextCommands(trial: Trial): Promise<void> {
  for (const name of ['run', 'spin', 'tag']) {
    const command = commandNamed(name);
    const result = await as('broken', name, () => execute(trial, lineOf(command, trial)));
    if (result.code !== 0) {
      requireCode(result);
      continue;
    }
    if (name === 'run' && numberOf(result.json) <= NEWEST)
      throw new Failure('lost', `the number ${numberOf(result.json)} was given again`);
    if (LOST.test(said(result))) continue;
    await as('unnoticed', name, () => command.check(trial, result).catch(unlessRefused));
  }
}

/** What was lost of the run that it reads is told: there is less to compare with. */
const LOST = / (is|are) lost: the store was damaged/;

function unlessRefused(error: Error & { code?: string }): void {
  if (!error.code?.startsWith('FLOW_STORE_')) throw error;
}

/** An error has a code, and is no defect. */
export function requireCode(result: Result): void {
  const text = said(result);
  const hasCode = /FLOW_[A-Z_]+/.test(text) && !text.includes('FLOW_INTERNAL');
  if (result.code === 0 || hasCode || result.json?.problems?.length > 0) return;
  throw new Failure('broken', `exit ${result.code ?? result.signal} without a code: ${text}`);
}
