/** `verify --repair`, of a store that was damaged on purpose: what of it is whole is noted before. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { salvaged } from '../../src/store/salvage/salvage';
import { type Compared, compare } from './compare';
import { type Damage, damage, type Place } from './damage';
import type { Draw } from './draw';
import { Failure } from './failure';
import { said, type Trial, type WritingCommand } from './trial';

const PLACES: readonly Place[] = [
  ...(['tables', 'tables', 'the log', 'the manifest', 'CURRENT'] as const),
  ...(['files of artifacts', 'records of spins'] as const),
];

/** Damages one or two files; a copy tells what can still be read, since reading itself may change a damaged database. */
async function damageSome(trial: Trial, draw: Draw): Promise<void> {
  const { lane, store } = trial;
  let done: (Damage | undefined)[] = [];
  do {
    lane.drop(store);
    await lane.fresh(store);
    done = Array.from({ length: draw.int(1, 2) }, () => damage(store, draw.of(PLACES), draw));
  } while (!(hasRecords(join(store, 'db')) && hasRecords(join(store, 'spin', 'db'))));
  trial.damage = done.map((one) => `${one?.file}: ${one?.way}`).join(', ');
  const copy = `${store}-copy`;
  cpSync(store, copy, { recursive: true });
  try {
    trial.whole = await wholeOf(trial, copy);
  } finally {
    await lane.gone();
    lane.drop(copy);
  }
}

/** Of a database of which nothing is left, nothing can be salvaged. */
function hasRecords(db: string): boolean {
  for (const _ of salvaged(db)) return true;
  return false;
}

/** Which facts are right, of the runs and of the persisted spins. */
const wholeOf = async (trial: Trial, store: string) => (await bothOf(trial, store)).map(({ right }) => right);

async function bothOf({ lane }: Trial, store: string): Promise<Compared[]> {
  const { facts, spins } = await lane.template();
  return [await compare(store, facts), await compare(join(store, 'spin'), spins)];
}

/** @returns what is gone. @throws where something is not right any more that was */
export async function requireWhole(trial: Trial, when: string): Promise<string[]> {
  const now = await bothOf(trial, trial.store);
  for (const [i, before] of (trial.whole ?? []).entries()) {
    const lost = [...before].filter((name) => !now[i]?.right.has(name));
    if (lost.length > 0)
      throw new Failure('lost', `${when}, of ${trial.damage}: ${i ? 'spins ' : ''}${lost.slice(0, 6)}`);
  }
  return now.flatMap(({ gone }) => gone);
}

export const REPAIR: WritingCommand = {
  name: 'verify --repair',
  ms: 600,
  repairs: true,
  before: damageSome,
  args: () => ['verify', '--repair', '--read-data'],
  succeeds: ({ code, json }) => (code === 0 || code === 1) && json?.problems?.length === 0,
  refuses: /FLOW_STORE_IN_USE/,
  async check(trial, result) {
    if (!REPAIR.succeeds?.(result)) throw new Error(`of ${trial.damage}: ${said(result)}`);
    await requireWhole(trial, 'after the repair');
  },
};
