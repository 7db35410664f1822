/** A quick look at two values: most rows of two lists are the same. */
import { types } from 'node:util';
import { isBare, isRow } from './row-key';

/** What is nested deeper is looked at by whoever asks. */
const DEEPEST = 20;

/** True only for values that are the same in all that can be seen of them; false where that takes more than a quick look. */
export function isSurelySame(one: unknown, other: unknown, depth = DEEPEST): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || depth === 0)
    return false;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    for (let i = 0; i < one.length; i++) if (!isSurelySame(one[i], other[i], depth - 1)) return false;
    return true;
  }
  if (isRow(one)) {
    if (!isRow(other) || isBare(one) !== isBare(other)) return false;
    const [names, others] = [Object.keys(one), Object.keys(other)];
    if (names.length !== others.length) return false;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      if (name !== others[i] || !isSurelySame(one[name], other[name], depth - 1)) return false;
    }
    return true;
  }
  return types.isDate(one) && types.isDate(other) && Object.is(one.getTime(), other.getTime());
}
