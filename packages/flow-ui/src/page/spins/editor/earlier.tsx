/** The spins of the same step before: one can look at each, and go on from what it was given. */
import type { SpinEntry } from '../../../api/routes';
import { changedText } from '../../logic/spin-words';
import { StatusMark } from '../../parts/status-mark';
import { Duration } from '../../parts/times';
import { setQuery } from '../../shell/router';

/** So many are enough to look back. */
const FEW = 12;

export function Earlier({ spins, shown }: { spins: readonly SpinEntry[]; shown: string }) {
  if (spins.every(({ n }) => String(n) === shown)) return null;
  return (
    <section class="earlier">
      <h2>Spins of this step</h2>
      <ul>
        {spins.slice(0, FEW).map((spin) => {
          const { n, status, durationMs, at, changedSince, error, index, here } = spin;
          return (
            <li key={n} class={String(n) === shown ? 'current' : undefined}>
              <a href={`/spins/${n}`}>{n}</a> <StatusMark status={status} word={false} />
              <Duration ms={durationMs} since={status === 'running' ? at : undefined} />
              {index.length > 0 && <span>split {index.join(',')}</span>}
              <span class="soft told">{error ?? changedText(changedSince)}</span>
              <button type="button" class="quiet" onClick={() => setQuery({ spun: String(n) })}>
                Show
              </button>
              {here && (
                <button
                  type="button"
                  class="quiet"
                  onClick={() => setQuery({ from: String(n), spun: String(n) })}
                >
                  Its inputs
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
