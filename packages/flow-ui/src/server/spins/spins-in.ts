/** Spins of other commands, as their events tell them. */
import type { PublishedEvent, SpinDone } from '@nx-flow/core/ui';
import type { SpinEntry } from '../../api/routes';

/** The number of tasks of one command that are kept: of more, nobody looks at each. */
export const MOST_OF_ONE = 50;

/** What an event says of a spin: that one begins, or that some have ended. */
export interface HeardSpins {
  begins?: Omit<SpinEntry, 'n'>;
  ended?: readonly SpinDone[];
  /** It has ended before its tasks had. */
  stopped?: true;
}

export function spinsIn({ work, at, user, event }: PublishedEvent): HeardSpins | undefined {
  switch (event.type) {
    case 'spin-started': {
      const { flow, step, origin, iteration } = event;
      const index = event.splits.map((split) => split.index);
      return { begins: entryOf({ work, at, user, flow, step, index, origin, iteration }) };
    }
    case 'spin-done':
      return { ended: [event] };
    case 'spins-done':
    case 'sweep-done':
      return { ended: event.spins };
    case 'through-done':
      return { ended: event.steps.flatMap(({ spins }) => spins) };
    case 'spins-stopped':
      return { stopped: true };
    default:
      return undefined;
  }
}

interface About
  extends Pick<SpinEntry, 'work' | 'at' | 'user' | 'flow' | 'step' | 'index' | 'origin' | 'iteration'> {}

export function entryOf({ origin, iteration, ...about }: About): Omit<SpinEntry, 'n'> {
  return {
    ...about,
    ...(origin === undefined ? {} : { origin }),
    ...(iteration === undefined ? {} : { iteration }),
    ...{ status: 'running', here: false, changed: 0 },
  };
}
