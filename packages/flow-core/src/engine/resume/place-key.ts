/** The place of a task in its step, as a key of a map. */
import { stackKey } from '../task/place';

/** The split of the one foreach around a task; a text where there are other numbers of them, or iterations. */
export type PlaceKey = number | string;

export interface Place {
  stack: readonly { index: number }[];
  iteration?: number;
}

export function placeKey({ stack, iteration }: Place): PlaceKey {
  const [only] = stack;
  if (only && stack.length === 1 && iteration === undefined) return only.index;
  return `${stackKey(stack)}|${iteration ?? ''}`;
}
