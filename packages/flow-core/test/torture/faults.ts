/** Faults: which there are, how often each comes among a hundred, and the fault of a number. */
import fc from 'fast-check';
import { CONDITIONS } from './conditions';
import { damage, type Place } from './damage';
import { Draw } from './draw';
import { DONE } from './fixture';
import { everythingNoticed, type Noticed } from './noticed';
import type { Trial } from './trial';
import { withStore } from './within';

/** What was seen of a fault: in words, and what became of the facts. */
export interface Seen {
  what: string;
  noticed?: Noticed;
}

export type Fault = (trial: Trial, draw: Draw) => Promise<Seen | undefined>;

/** Of each hundred, so many damage this place. */
const DAMAGED: Record<Place, number> = {
  tables: 14,
  'the log': 14,
  'the manifest': 8,
  CURRENT: 4,
  'the stamp': 3,
  'LOG and LOCK': 2,
  numbers: 4,
  'the generation': 2,
  'what the broker left': 2,
  'files of artifacts': 10,
  'records of spins': 2,
  'persisted spins': 3,
};

/** Damages one file of a place; then all must be noticed. */
const of =
  (place: Place): Fault =>
  async (trial, draw) => {
    // Nothing else tells of tags: no count, no number.
    const tagsAlone = place === 'the log' && draw.of([true, false]);
    if (tagsAlone) await leaveLog(trial);
    const done = damage(trial.store, place, draw);
    if (!done) return undefined;
    const what = `${done.file}: ${done.way}${tagsAlone ? ' (it holds tags alone)' : ''}`;
    return { what, noticed: await everythingNoticed(trial) };
  };

/** A log that has nothing but a tag: the tables have it removed. */
async function leaveLog({ lane, store }: Trial): Promise<void> {
  for (const change of [{ remove: ['late'] }, { add: ['late'] }]) {
    await withStore(store, (opened) => opened.changeTags('work', DONE, change));
    await lane.gone();
  }
}

export const FAULTS: Readonly<Record<string, { fault: Fault; times: number }>> = {
  ...Object.fromEntries(
    Object.entries(DAMAGED).map(([place, times]) => [place, { fault: of(place as Place), times }]),
  ),
  ...CONDITIONS,
};

const HUNDRED = Object.entries(FAULTS).flatMap(([name, { times }]) => Array<string>(times).fill(name));

/** The fault number `index` of a seed. Each comes as often as it should in every hundred. */
export function faultOf(seed: number, index: number): { name: string; draw: Draw } {
  const round = Math.floor(index / HUNDRED.length);
  const shuffled = fc.shuffledSubarray([...HUNDRED.keys()], { minLength: HUNDRED.length });
  const [order = []] = fc.sample(shuffled, { seed: (seed + 7919 * round) % 2 ** 31, numRuns: 1 });
  const name = HUNDRED[order[index % HUNDRED.length] as number] as string;
  return { name, draw: new Draw(seed + 1, index) };
}
