/** Faults: which there are, how often each comes among a hundred, and the fault of a number. */
import fc from 'fast-check';
import type { Trial } from './commands';
import { CONDITIONS } from './conditions';
import { damage, type Place } from './damage';
import { Draw } from './draw';
import { everythingNoticed, type Noticed } from './noticed';

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
  'persisted spins': 5,
};

const of =
  (place: Place): Fault =>
  async (trial, draw) => {
    const done = damage(trial.store, place, draw);
    if (!done) return undefined;
    const what = `${done.file}: ${done.way}`;
    // A log that ends early is what a crash leaves.
    const crash = /\.log$/.test(done.file) && /^(its end is gone|it is empty)$/.test(done.way);
    return { what, noticed: await everythingNoticed(trial, crash) };
  };

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
