/** The lines of a log that are in sight, in a box that scrolls. Lines have one height, so that it is arithmetic which those are. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { spansOf } from '../../logic/log/ansi';
import { hits } from '../../logic/log/find';
import type { Line } from '../../logic/log/lines';
import { rowsInSight } from '../../logic/window';

export interface LinesHandle {
  to(line: number): void;
  toEnd(): void;
}

interface Props {
  handle: RefObject<LinesHandle | null>;
  lines: readonly Line[];
  sought: string;
  /** The line that the search is at. */
  current: number;
  /** Somebody scrolled away from the end. */
  onScrollUp(): void;
}

/** Pixels, as in the styles. */
const ROW = 19;
/** Characters of a line that are drawn. */
const LONG = 4_000;

export function LogLines({ handle, lines, sought, current, onScrollUp }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [sight, see] = useState({ top: 0, height: 400 });
  const last = useRef(0);
  useLayoutEffect(() => {
    handle.current = {
      to(line) {
        const { current: at } = box;
        if (!at) return;
        const top = line * ROW;
        if (top < at.scrollTop || top + ROW > at.scrollTop + at.clientHeight)
          at.scrollTop = Math.max(0, top - at.clientHeight / 2);
      },
      toEnd() {
        if (box.current) box.current.scrollTop = box.current.scrollHeight;
      },
    };
  }, [handle]);
  const look = () => {
    const at = box.current;
    if (!at) return;
    const wasAbove = at.scrollTop < last.current;
    last.current = at.scrollTop;
    if (wasAbove && at.scrollTop + at.clientHeight < at.scrollHeight - 2 * ROW) onScrollUp();
    see((before) =>
      before.height === at.clientHeight && Math.abs(before.top - at.scrollTop) < 8 * ROW
        ? before
        : { top: at.scrollTop, height: at.clientHeight },
    );
  };
  useEffect(() => {
    const watch = new ResizeObserver(look);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const { first, end } = rowsInSight({
    scrolled: sight.top,
    height: sight.height,
    row: ROW,
    count: lines.length,
    spare: 20,
  });
  const several = (lines.at(-1)?.attempt ?? 0) > (lines[0]?.attempt ?? 0);
  const rows = lines.slice(first, end).map((line, i) => {
    const at = first + i;
    const begins = several && line.attempt !== lines[at - 1]?.attempt;
    return (
      <div
        key={at}
        class={`line ${line.stream} ${at === current ? 'current' : ''}`}
        style={{ top: `${at * ROW}px` }}
      >
        <span class="at">{at + 1}</span>
        <span class="stream">{line.stream === 'stderr' ? 'err' : ''}</span>
        {begins && <span class="tag">attempt {line.attempt}</span>}
        <span class="text">{textOf(line.text, sought)}</span>
      </div>
    );
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys.
    <section ref={box} class="log-lines" tabIndex={0} aria-label="Log" onScroll={look}>
      <div class="all" style={{ height: `${lines.length * ROW}px` }}>
        {rows}
      </div>
    </section>
  );
}

function textOf(text: string, sought: string) {
  const spans = spansOf(text.length > LONG ? `${text.slice(0, LONG)}…` : text);
  return spans.map(({ text: part, names }, i) => {
    const inside = hits(part, sought).map((piece, j) => (j % 2 === 1 ? <mark key={j}>{piece}</mark> : piece));
    return names.length === 0 ? (
      inside
    ) : (
      <span key={i} class={names.map((name) => `ansi-${name}`).join(' ')}>
        {inside}
      </span>
    );
  });
}
