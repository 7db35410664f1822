/** Points in time and durations. What goes on ticks. */
import { agoText, durationText, exactText, tickingText } from '../logic/words';
import { useNow } from '../shell/clock';

/** `5 min ago`; the exact time when one points at it. */
export function Time({ at }: { at: number }) {
  const now = useNow(Date.now() - at < 24 * 3_600_000);
  return (
    <time dateTime={new Date(at).toISOString()} title={exactText(at)}>
      {agoText(at, now)}
    </time>
  );
}

/** How long it took; without `ms` it goes on `since` then (milliseconds since 1970). */
export function Duration({ ms, since }: { ms?: number; since?: number }) {
  const ticking = ms === undefined && since !== undefined;
  const now = useNow(ticking);
  if (ms !== undefined) return <span class="number">{durationText(ms)}</span>;
  return <span class="number going">{since === undefined ? '' : tickingText(now - since)}</span>;
}
