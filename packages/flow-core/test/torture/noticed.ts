/** After damage: what is read is right, or an error with a code; what is absent was told; and no command hangs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { droppedLine } from '../../src/store/dropped';
import { openStore } from '../../src/store/open';
import type { Result } from '../kit/workspace';
import { commandNamed, execute, nothingLeft, said, verifyOf } from './after';
import { lineOf, numberOf, type Trial } from './commands';
import { type Facts, readable, Unread } from './facts';
import { as, Failure } from './failure';
import { NEWEST } from './fixture';
import { within } from './within';

/** What can lose its newest part, as one row, a list, or whole. */
const ABSENT = /^FLOW_(RUN|STEP|TASK|ARTIFACT)_NOT_FOUND$/;

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
  const noticed = { right: 0, refused: 0, told: 0 };
  const gone = [
    ...(await compared(trial.store, facts, noticed)),
    ...(await compared(join(trial.store, 'spin'), spins, noticed)),
  ];
  const verified = await as('broken', 'verify', () => execute(trial, verifyOf(trial)));
  requireCode(verified);
  if (verified.code === 0 && noticed.refused > 0)
    throw new Failure(
      'unnoticed',
      `verify says that all is right, and ${noticed.refused} facts cannot be read`,
    );
  const told =
    verified.code !== 0 ||
    droppedLine(trial.store) !== undefined ||
    droppedLine(join(trial.store, 'spin')) !== undefined;
  if (gone.length > 0 && !told) throw new Failure('unnoticed', `gone without a word: ${gone.slice(0, 6)}`);
  noticed.told += gone.length;
  await goesOn(trial);
  await nothingLeft(trial);
  return noticed;
}

/** Returns what is gone. */
async function compared(folder: string, facts: Facts, noticed: Noticed): Promise<string[]> {
  if (!existsSync(join(folder, 'db'))) return [...facts.keys()];
  const store = openStore(folder);
  const gone: string[] = [];
  try {
    const found = await as('hang', 'reading', () => within(readable(store, [...facts.keys()]), 'reading'));
    for (const [name, was] of facts) {
      const now = found.get(name);
      if (now === was) noticed.right++;
      else if (now instanceof Unread) {
        if (!now.code?.startsWith('FLOW_')) throw new Failure('broken', `${name}: ${now.message}`);
        if (ABSENT.test(now.code)) gone.push(name);
        else noticed.refused++;
      } else if (isOlder(name, was, now as string)) gone.push(name);
      else throw new Failure('unnoticed', `${name} is ${now}, and was ${was}`);
    }
  } finally {
    await within(store.close(), 'closing').catch(() => {});
  }
  return gone;
}

/** A list that lacks some, a row as it was before its last change. */
function isOlder(name: string, was: string, now: string): boolean {
  const [kind] = name.split('/');
  if (kind === 'newest') return Number(now) < Number(was);
  if (kind === 'code') return now === undefined;
  if (kind === 'run') return now.startsWith('["killed"') || now.startsWith('["running"');
  if (kind === 'task') return now.startsWith('["running"');
  if (kind === 'tags') return true;
  if (kind !== 'runs' && kind !== 'logs') return false;
  const all: unknown[] = JSON.parse(was);
  return (JSON.parse(now) as unknown[]).every((one) => all.includes(one));
}

/** The next commands do what they are asked, or say with a code why not. */
async function goesOn(trial: Trial): Promise<void> {
  for (const name of ['run', 'spin', 'tag']) {
    const command = commandNamed(name);
    const result = await as('broken', name, () => execute(trial, lineOf(command, trial)));
    if (result.code !== 0) {
      requireCode(result);
      continue;
    }
    if (name === 'run' && numberOf(result.json) <= NEWEST)
      throw new Failure('lost', `the number ${numberOf(result.json)} was given again`);
    await as('unnoticed', name, () => command.check(trial, result).catch(unlessRefused));
  }
}

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
