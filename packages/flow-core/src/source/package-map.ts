/** The fields `exports` and `imports` of a package.json: which file they give for a path, under which conditions. */

/** Whether a condition holds. Returns undefined when that depends on the loader: then every possibility counts. */
export type ConditionTest = (condition: string) => boolean | undefined;

/** Whether a field is a map of paths, or the entry of the package itself. */
const PATHS = /^[.#]/;

/**
 * The targets of a path, most important first; none when the package does not give it.
 * @param path `.`, `./sub` or `#inner`
 */
export function mappedTargets(field: unknown, path: string, holds: ConditionTest): string[] {
  const map = isRecord(field) ? field : {};
  const keys = Object.keys(map);
  if (!keys.some((key) => PATHS.test(key))) return path === '.' ? pick(field, holds).targets : [];
  if (Object.hasOwn(map, path) && !path.includes('*')) return pick(map[path], holds).targets;
  const [best] = keys
    .filter((key) => starOf(key, path) !== undefined && key.includes('*'))
    .sort((a, b) => b.indexOf('*') - a.indexOf('*') || b.length - a.length);
  if (best === undefined) return [];
  const star = starOf(best, path) as string;
  return pick(map[best], holds).targets.map((target) => target.replaceAll('*', star));
}

/** Whether a field mentions one of these conditions. */
export function mentions(field: unknown, conditions: ReadonlySet<string>): boolean {
  if (Array.isArray(field)) return field.some((inner) => mentions(inner, conditions));
  if (!isRecord(field)) return false;
  return Object.entries(field).some(([key, inner]) => conditions.has(key) || mentions(inner, conditions));
}

/** The text that the `*` of a pattern matches. Undefined when the pattern does not match. */
export function starOf(pattern: string, text: string): string | undefined {
  const [before = '', after, more] = pattern.split('*');
  if (after === undefined) return pattern === text ? '' : undefined;
  const fits =
    more === undefined &&
    text.startsWith(before) &&
    text.endsWith(after) &&
    text.length >= pattern.length - 1;
  return fits ? text.slice(before.length, text.length - after.length) : undefined;
}

/** `sure` when no later condition can be reached: a target was found, or the path is closed by null. */
function pick(value: unknown, holds: ConditionTest): { targets: string[]; sure: boolean } {
  if (typeof value === 'string') return { targets: [value], sure: true };
  if (value === null) return { targets: [], sure: true };
  const targets = new Set<string>();
  if (Array.isArray(value)) {
    for (const inner of value) {
      const found = pick(inner, holds);
      for (const target of found.targets) targets.add(target);
      if (found.sure && targets.size > 0) break;
    }
    return { targets: [...targets], sure: targets.size > 0 };
  }
  const sure = new Set<string>();
  for (const [condition, inner] of Object.entries(isRecord(value) ? value : {})) {
    const met = condition === 'default' ? true : holds(condition);
    if (met === false) continue;
    const found = pick(inner, holds);
    for (const target of found.targets) targets.add(target);
    if (found.sure) sure.add(condition);
    // One of the two always holds.
    const ends = met === true ? found.sure : sure.has('import') && sure.has('require');
    if (ends) return { targets: [...targets], sure: true };
  }
  return { targets: [...targets], sure: false };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
