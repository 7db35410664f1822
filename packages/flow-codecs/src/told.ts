/** What a class of numbers is told, such as its precision: a number that comes back is of a class that is told the same. */

export type Config = Record<string, unknown>;

/** What differs of a class from the defaults. @param config what it is told now: its properties, unless it is given */
export function told(config: Config, defaults: Config): Config {
  const names = Object.keys(defaults).filter((name) => !isSame(config[name], defaults[name]));
  return Object.fromEntries(names.map((name) => [name, config[name]]));
}

/**
 * The class of the library itself where it is told the same, or one of its own.
 * @param made the classes that were made before, by what they are told
 * @param now what the class of the library is told: its properties, unless it is given
 */
export function classTold<T extends object>(
  Class: T,
  config: Config,
  defaults: Config,
  made: Map<string, T>,
  make: () => T,
  now: Config = Class as Config,
): T {
  if (isSame(told(now, defaults), config)) return Class;
  const key = JSON.stringify(config);
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known;
}

const isSame = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
