/** Round numbers. */

/** The round number (1, 2 or 5 times a power of ten) that divides a range into about so many parts. */
export function niceStep(range: number, parts: number): number {
  const rough = range / Math.max(1, parts);
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough)) || Number.MIN_VALUE;
  const share = rough / power;
  return (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10) * power;
}
