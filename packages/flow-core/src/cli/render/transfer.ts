/** Renders the progress of an export or import on a terminal, and whose run it is. */
import { LiveRegion } from './live-region';
import type { Output } from './output';
import { size } from './table';

export interface Progress {
  tell(done: number, of?: number): void;
  close(): void;
}

/** Shows nothing when lines cannot be redrawn: these commands print little before their end. */
export function transferProgress(what: string, output: Output): Progress {
  if (!output.live) return { tell() {}, close() {} };
  const begun = performance.now();
  let at = { done: 0, of: undefined as number | undefined };
  const region = new LiveRegion(output, () => {
    const seconds = (performance.now() - begun) / 1000;
    const share = at.of ? ` of ${size(at.of)} (${Math.floor((100 * at.done) / at.of)} %)` : '';
    return [`${what}  ${size(at.done)}${share}  ${size(at.done / Math.max(seconds, 0.001))}/s`];
  });
  return {
    tell(done, of) {
      at = { done, of };
      region.changed();
    },
    close: () => region.close(),
  };
}
