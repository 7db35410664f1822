/** A component's own copy of the list that it was given. */

/** Items that are held: the last ones of an array, the first ones of what may be endless. */
const MOST = 100_000;

/** What is no list is kept as it is, so that its block says so: a step goes on. */
export function held<T>(items: Iterable<T>): T[] {
  if (Array.isArray(items)) return items.slice(-MOST);
  if (typeof items !== 'object' || items === null) return items as never;
  const found: T[] = [];
  try {
    for (const item of items) if (found.push(item) === MOST) break;
  } catch {
    return items as never;
  }
  return found;
}

/** Adds one where there is a list. */
export function append<T>(items: T[], item: T): void {
  if (Array.isArray(items)) items.push(item);
}
