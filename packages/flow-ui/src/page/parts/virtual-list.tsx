/**
 * A list of any length of which only the rows in sight are on the page. It scrolls with the page. `j` and `k` move from row to
 * row: they focus the row's first link, so that Enter opens it.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowsInSight, type Sight, scrollTo } from '../logic/window';
import { useKeys } from '../shell/keys';

interface Props {
  count: number;
  /** Pixels, of every row. */
  height: number;
  label: string;
  /** Cells of a row; its first `<a>` is what `j`, `k` and Enter open. */
  row: (at: number) => ComponentChildren;
  /** What a row is, so that it stays the same when others come before it. Absent: rows have no state, and serve again for others. */
  keyOf?: (at: number) => string | number;
  /** The cells of the head. */
  head?: ComponentChildren;
  /** There are more rows than `count`: called when the end comes into sight. */
  onEnd?: () => void;
  /** Class of each row. */
  rowClass?: (at: number) => string | undefined;
}

/** Pixels at the top that the bar and the list's head cover. */
const COVERED = 90;

export function VirtualList({ count, height, label, row, keyOf, head, onEnd, rowClass }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const at = useRef(-1);
  const [toFocus, focus] = useState<number>();
  const sight = useSight(body, height, count);
  const { first, end } = rowsInSight(sight);
  useEffect(() => {
    if (end >= count) onEnd?.();
  }, [end >= count, count]);
  useLayoutEffect(() => {
    if (toFocus === undefined) return;
    body.current?.querySelector<HTMLElement>(`[data-at="${toFocus}"] a`)?.focus({ preventScroll: true });
    focus(undefined);
  }, [toFocus, first, end]);
  const move = (by: number) => {
    const now = rowOf(document.activeElement) ?? at.current;
    const next = Math.min(Math.max(now < 0 ? 0 : now + by, 0), count - 1);
    if (next < 0) return;
    at.current = next;
    const pixels = scrollTo(next, sight.now(), COVERED);
    if (pixels !== 0) scrollBy(0, pixels);
    focus(next);
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  const atOnce = Math.ceil(sight.height / height) + 2 * sight.spare + 1;
  const rows = Array.from({ length: end - first }, (_, i) => first + i);
  return (
    <div class="list" role="table" aria-label={label} aria-rowcount={count + (head ? 1 : 0)}>
      {head && (
        <div class="head" role="row" aria-rowindex={1}>
          {head}
        </div>
      )}
      <div ref={body} class="body" role="rowgroup" style={{ height: `${count * height}px` }}>
        {rows.map((i) => (
          <div
            key={keyOf ? keyOf(i) : i % atOnce}
            class={`row ${rowClass?.(i) ?? ''}`}
            role="row"
            aria-rowindex={i + (head ? 2 : 1)}
            data-at={i}
            style={{ top: `${i * height}px`, height: `${height}px` }}
          >
            {row(i)}
          </div>
        ))}
      </div>
    </div>
  );
}

function rowOf(element: Element | null): number | undefined {
  const at = element?.closest<HTMLElement>('.list [data-at]')?.dataset.at;
  return at === undefined ? undefined : Number(at);
}

/** Draws again when other rows come into sight. */
function useSight(
  body: { current: HTMLElement | null },
  row: number,
  count: number,
): Sight & { now: () => Sight } {
  const [, draw] = useState(0);
  const now = (): Sight => {
    const top = body.current?.getBoundingClientRect().top ?? 0;
    return { scrolled: -top, height: innerHeight, row, count, spare: 8 };
  };
  const drawn = useRef<Sight>({ scrolled: 0, height: innerHeight, row, count, spare: 8 });
  const latest = useRef(now);
  latest.current = now;
  drawn.current = { ...drawn.current, row, count };
  useLayoutEffect(() => {
    const look = () => {
      const before = drawn.current as Sight;
      const next = latest.current?.() as Sight;
      // Half of the spare rows are still there.
      if (Math.abs(next.scrolled - before.scrolled) < row * 4 && next.height === before.height) return;
      drawn.current = next;
      draw((n) => n + 1);
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    // What stands above the list may change its height.
    const watcher = new ResizeObserver(look);
    watcher.observe(document.body);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
      watcher.disconnect();
    };
  }, [row]);
  return { ...drawn.current, now };
}
