/** Compares typed arrays and bytes: by place, but for what was put in or taken out at one of them. */
import type { ListDifference } from '../task/difference';
import type { Found } from './found';
import { deltaOf, Numbers } from './numbers';
import { short } from './short';

export type Memory = ArrayLike<number | bigint>;

/** A typed array as it is; the bytes of what is none. */
export function memoryOf(value: ArrayBufferView | ArrayBufferLike): Memory {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value);
  return value instanceof DataView || !('length' in value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : (value as unknown as Memory);
}

/** How many numbers are told: they mostly differ in the same way. */
const TOLD = 5;

export function compareMemory(before: Memory, after: Memory, found: Found): void {
  if (!found.spend(Math.max(before.length, after.length) / 16)) return;
  const shorter = Math.min(before.length, after.length);
  let end = 0;
  // Only where something was put in or taken out does it matter what they end with.
  if (before.length !== after.length)
    while (end < shorter && Object.is(before[before.length - 1 - end], after[after.length - 1 - end])) end++;
  let start = 0;
  while (start < shorter - end && Object.is(before[start], after[start])) start++;
  const pairs = shorter - end;
  const told = found.tell(
    (path): ListDifference => ({
      ...{ kind: 'list', path, before: before.length, after: after.length },
      ...{
        changed: 0,
        added: after.length - shorter,
        removed: before.length - shorter,
        moved: 0,
        fields: [],
      },
    }),
  );
  const numbers = new Numbers();
  let changed = 0;
  for (let at = start; at < pairs; at++) {
    const [old, now] = [before[at], after[at]];
    if (Object.is(old, now)) continue;
    changed++;
    numbers.add(old, now);
    if (changed <= TOLD) found.path.within(at, () => found.tell((path) => changedNumber(path, old, now)));
  }
  found.count('changed', changed);
  found.count('added', after.length - shorter);
  found.count('removed', before.length - shorter);
  if (!told) return;
  const all = numbers.result();
  if (changed === 0 && before.length === after.length) found.untell(told);
  else Object.assign(told, { changed }, all && { numbers: all });
}

function changedNumber(path: string, before: unknown, after: unknown) {
  const delta = deltaOf(before, after);
  return {
    ...{
      kind: 'changed' as const,
      path,
      before: short(before, 30, undefined),
      after: short(after, 30, undefined),
    },
    ...(delta === undefined ? {} : { delta }),
  };
}
