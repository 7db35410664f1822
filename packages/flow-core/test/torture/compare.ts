/** What a store that was damaged says, against what it said before: each fact is right, refused with a code, or gone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/open';
import { type Facts, readable, Unread } from './facts';
import { as, Failure } from './failure';
import { within } from './within';

/** What can lose its newest part, as one row, a list, or whole. */
const ABSENT = /^FLOW_(RUN|STEP|TASK|ARTIFACT)_NOT_FOUND$/;

export interface Compared {
  /** Read as they were. */
  right: Set<string>;
  /** Refused with a code. */
  refused: string[];
  /** Not there, or as they were before: somebody must have been told. */
  gone: string[];
}

/** @throws Failure for another value, and for an error without a code */
export async function compare(folder: string, facts: Facts): Promise<Compared> {
  const compared: Compared = { right: new Set(), refused: [], gone: [] };
  if (!existsSync(join(folder, 'db'))) return { ...compared, gone: [...facts.keys()] };
  const store = openStore(folder);
  try {
    const found = await as('hang', 'reading', () => within(readable(store, [...facts.keys()]), 'reading'));
    for (const [name, was] of facts) {
      const now = found.get(name);
      if (now === was) compared.right.add(name);
      else if (now instanceof Unread) {
        if (!now.code?.startsWith('FLOW_')) throw new Failure('broken', `${name}: ${now.message}`);
        compared[ABSENT.test(now.code) ? 'gone' : 'refused'].push(name);
      } else if (isOlder(name, was, now as string)) compared.gone.push(name);
      else throw new Failure('unnoticed', `${name} is ${now}, and was ${was}`);
    }
  } finally {
    await within(store.close(), 'closing').catch(() => {});
  }
  return compared;
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
