/** A status by shape, colour and word. */

const PATHS: Readonly<Record<string, string>> = {
  // A ring with a gap, which turns.
  running: 'M8 2a6 6 0 1 1-5.2 3',
  done: 'M3 8.5l3.3 3.3L13 5',
  failed: 'M4 4l8 8M12 4l-8 8',
  // A triangle: it failed, and that was expected.
  caught: 'M8 2.5L14 13H2zM8 6.5v3M8 11v.6',
  killed: 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2zM4 12l8-8',
  stopped: 'M4 4h8v8H4z',
  // An arrow that leads on: from an earlier run.
  taken: 'M2 8h10M8.5 4l4 4-4 4',
  waiting: 'M5 8h.1M8 8h.1M11 8h.1',
};

/** `word`: whether it stands beside the mark; else it is told to who cannot see. */
export function StatusMark({ status, word = true }: { status: string; word?: boolean }) {
  return (
    <span class={`status ${status}`} title={word ? undefined : status}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={PATHS[status] ?? PATHS.waiting} />
      </svg>
      <span class={word ? undefined : 'unseen'}>{status}</span>
    </span>
  );
}

/** The same shape within another drawing, with its middle at x, y. */
export function StatusShape({ status, x, y }: { status: string; x: number; y: number }) {
  return (
    <path
      class={`shape ${status}`}
      transform={`translate(${x - 8} ${y - 8})`}
      d={PATHS[status] ?? PATHS.waiting}
    />
  );
}
