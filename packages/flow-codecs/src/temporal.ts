/** The types of Temporal: Node's own, or those of a polyfill. */
import type { InstanceCodec } from '@nx-flow/core';
import { isThere, library } from './library';

type Class = {
  new (...args: unknown[]): object;
  from(text: string): object;
  readonly prototype: object;
};
type Temporal = Record<Kind, Class>;
type Fields = Record<string, unknown> & { toString(options?: object): string };

/** Each has classes of its own. */
const POLYFILLS = ['temporal-polyfill', 'temporal-polyfill/full', '@js-temporal/polyfill'];
const NODE = 'node';

const polyfill = (packages: readonly string[]) =>
  library<{ Temporal: Temporal }>({ codec: 'temporal', packages, from: 0, names: ['Temporal'] });
const polyfills = new Map(POLYFILLS.map((name) => [name, polyfill([name])]));
const anyPolyfill = polyfill(POLYFILLS);

const UNITS = [
  ...['years', 'months', 'weeks', 'days', 'hours'],
  ...['minutes', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds'],
];

/** The date, the time and the calendar, as `2026-11-30T10:00:00[u-ca=gregory]`. */
const text = (value: Fields) => value.toString({ calendarName: 'always' });

/** Parts of `2026-11-30[u-ca=gregory]`. */
function dateOf(said: string): [year: number, month: number, day: number, calendar: string] {
  const [, year, month, day, calendar] = /^([+-]?\d+)-(\d\d)-(\d\d)\[u-ca=([^\]]+)\]$/.exec(said) ?? [];
  return [Number(year), Number(month), Number(day), String(calendar)];
}

/** What is taken out of each, and how it is made of that: by its constructor where a text would leave something out. */
const KINDS = {
  Instant: { take: ({ epochNanoseconds }: Fields) => [epochNanoseconds] },
  ZonedDateTime: {
    take: ({ epochNanoseconds, timeZoneId, calendarId }: Fields) => [
      epochNanoseconds,
      timeZoneId,
      calendarId,
    ],
  },
  PlainDate: { take: text },
  PlainTime: { take: String },
  PlainDateTime: { take: text },
  // A day of reference is in the text, which is not read from there.
  PlainYearMonth: {
    take(value: Fields) {
      const [year, month, day, calendar] = dateOf(text(value));
      return [year, month, calendar, day];
    },
  },
  PlainMonthDay: {
    take(value: Fields) {
      const [year, month, day, calendar] = dateOf(text(value));
      return [month, day, calendar, year];
    },
  },
  Duration: { take: (value: Fields) => UNITS.map((unit) => value[unit]) },
} satisfies Record<string, { take(value: Fields): unknown }>;
type Kind = keyof typeof KINDS;

function kindOf(value: unknown): Kind | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype = Object.getPrototypeOf(value) as { [Symbol.toStringTag]?: unknown } | null;
  // A class that extends one has no tag of its own.
  if (prototype === null || !Object.hasOwn(prototype, Symbol.toStringTag)) return undefined;
  const [, kind] = /^Temporal\.(\w+)$/.exec(String(prototype[Symbol.toStringTag])) ?? [];
  return kind !== undefined && Object.hasOwn(KINDS, kind) ? (kind as Kind) : undefined;
}

const native = () => (globalThis as { Temporal?: Temporal }).Temporal;

/** Whose class it is. Undefined for another copy. */
function originOf(value: object, kind: Kind): string | undefined {
  const prototype = Object.getPrototypeOf(value) as object;
  if (native()?.[kind].prototype === prototype) return NODE;
  for (const [name, load] of polyfills)
    if (isThere(name) && load().Temporal[kind].prototype === prototype) return name;
  return undefined;
}

/** The same classes where they are there, and else others. */
function temporalOf(origin: string | undefined): Temporal {
  if (origin === NODE || !POLYFILLS.some(isThere)) {
    const own = native();
    if (own) return own;
  }
  const load = origin !== undefined && isThere(origin) ? polyfills.get(origin) : undefined;
  return (load ?? anyPolyfill)().Temporal;
}

/**
 * The types of Temporal, exactly: to the nanosecond, with time zone and calendar. They come back as what they were, Node's own or
 * those of temporal-polyfill or @js-temporal/polyfill, where that is there, and else as those that are.
 */
export const temporal: InstanceCodec<object> = {
  id: 'temporal',
  version: 1,
  match: (value) => kindOf(value) !== undefined,
  take(value) {
    const kind = kindOf(value) as Kind;
    return [kind, KINDS[kind].take(value as Fields), originOf(value, kind)];
  },
  make(taken) {
    const [kind, parts, origin] = taken as [Kind, string | unknown[], string | undefined];
    const { [kind]: Class } = temporalOf(origin);
    return typeof parts === 'string' ? Class.from(parts) : new Class(...parts);
  },
  preview: (value) => `${kindOf(value)} ${value}`,
};
