/** Durations as flows write them: `'500ms'`, `'90s'`, `'5m'`, `'2h'`, `'1d'`. */

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SHAPE = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Returns milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: unknown): number | undefined {
  const [, number, unit = ''] = (typeof text === 'string' && text.match(SHAPE)) || [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit] as number);
}
