/** What a spin is called, and what differs, in a few words. */
import type { SpinChoice, SpinEntry } from '../../api/routes';
import { withQuery } from './place';

/** `movies/genre split 2, iteration 1` */
export function spinName({
  flow,
  step,
  index,
  iteration,
}: Pick<SpinEntry, 'flow' | 'step' | 'index' | 'iteration'>) {
  return [
    `${flow}/${step}`,
    [
      ...(index.length > 0 ? [`split ${index.join(',')}`] : []),
      ...(iteration === undefined ? [] : [`iteration ${iteration}`]),
    ].join(', '),
  ]
    .filter(Boolean)
    .join(' ');
}

/** `same values`, `2 changed`; empty where nothing is known. @param count undefined: there is nothing to compare with */
export function changedText(count: number | undefined): string {
  if (count === undefined) return '';
  return count === 0 ? 'same values' : `${count} changed`;
}

/** `0.4 ×` of what the origin took; empty where it says nothing. */
export function factorText(ms: number | undefined, before: number | undefined): string {
  if (ms === undefined || before === undefined || before < 1 || Math.max(ms, before) < 20) return '';
  const factor = ms / before;
  return factor > 0.9 && factor < 1.1 ? '' : `${factor.toFixed(factor < 10 ? 1 : 0)} ×`;
}

/** The address of the editor for what was executed. @param n the spin whose changed inputs it begins with */
export function editorOf({ flow, step, run, task, index }: SpinChoice, n?: number): string {
  return withQuery('/spin', { flow, step, run, task, index: index?.join(','), from: n });
}
