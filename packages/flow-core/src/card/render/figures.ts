/** Numbers, times and sizes as people read them. */

/** Up to six digits, groups of three where there are more than four before the point: `1,234,568`, `0.0312`, `1.2e-9`. */
export function figure(number: number, digits = 6): string {
  if (!Number.isFinite(number)) return String(number);
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-4 || size >= 1e15))
    return number
      .toExponential(Math.min(digits - 1, 3))
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  const short = Number.isInteger(number)
    ? number
    : Number(number.toPrecision(Math.max(digits, String(Math.trunc(size)).length)));
  const [whole = '', rest] = String(short).split('.');
  const grouped = size >= 10_000 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

/** In a cell: as {@link figure}, without groups, since a number may be a year or an id. */
export function plainFigure(number: number): string {
  if (Number.isSafeInteger(number)) return String(number);
  const size = Math.abs(number);
  if (size < 1e-4 || size >= 1e15) return figure(number);
  return String(Number(number.toPrecision(6)));
}

/** @param seconds `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 2 h` */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 59.95) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  let left = Math.round(seconds);
  const at = units.findIndex(([size]) => left >= size);
  return units
    .slice(at, at + 2)
    .map(([size, name]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return count > 0 ? `${figure(count)} ${name}` : '';
    })
    .filter(Boolean)
    .join(' ');
}

/** `1,000 rows`, `1 row`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
