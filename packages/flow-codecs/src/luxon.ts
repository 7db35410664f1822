/** `DateTime`, `Duration` and `Interval` of Luxon. */
import type { InstanceCodec } from '@nx-flow/core';
import { classOf, library } from './library';

interface Luxon {
  DateTime: {
    fromMillis(ms: number, options: object): DateTime;
    invalid(reason: string, explanation: string | null): DateTime;
  };
  Duration: {
    fromObject(values: object, options: object): Duration;
    invalid(reason: string, explanation: string | null): Duration;
  };
  Interval: {
    fromDateTimes(start: DateTime, end: DateTime): object;
    invalid(reason: string, explanation: string | null): object;
  };
  SystemZone: { instance: Zone };
  FixedOffsetZone: { instance(minutes: number): Zone };
  IANAZone: { create(name: string): Zone };
}
interface Zone {
  type: string;
  name: string;
  offset(ms: number): number;
}
interface Invalid {
  invalidReason: string | null;
  invalidExplanation: string | null;
}
interface Words {
  locale: string;
  numberingSystem: string | null;
  outputCalendar: string | null;
  weekSettings?: object | null;
}
interface DateTime extends Invalid {
  toMillis(): number;
  zone: Zone;
  loc: Words;
}
interface Duration extends Invalid {
  toObject(): object;
  loc: Words;
  conversionAccuracy: string;
  matrix: object;
  constructor: Luxon['Duration'];
}
interface Interval extends Invalid {
  start: DateTime;
  end: DateTime;
}

const load = library<Luxon>({
  codec: 'luxon',
  packages: ['luxon'],
  from: 3,
  names: ['DateTime', 'Duration', 'Interval', 'SystemZone', 'FixedOffsetZone', 'IANAZone'],
});

const KINDS = ['DateTime', 'Duration', 'Interval'] as const;
type Kind = (typeof KINDS)[number];

/** Every copy of the library has them on its prototypes, and no class that extends one has its own. */
const kindOf = (value: unknown): Kind | undefined =>
  KINDS.find(
    (kind) => classOf(value) === kind && (value as Record<string, unknown>)[`isLuxon${kind}`] === true,
  );

/**
 * `DateTime`, `Duration` and `Interval` of Luxon: the instant, the zone, the locale with its numbers and calendar, and why one
 * is invalid. A time in the zone of the system comes back in that zone, also on a machine whose zone is another.
 */
export const luxon: InstanceCodec<object> = {
  id: 'luxon',
  version: 1,
  match: (value) => kindOf(value) !== undefined,
  take(value) {
    const kind = kindOf(value) as Kind;
    const { invalidReason: reason, invalidExplanation: explanation } = value as Invalid;
    if (reason !== null) return { kind, reason, explanation };
    if (kind === 'DateTime') return { kind, ...ofDateTime(value as DateTime) };
    if (kind === 'Duration') return { kind, ...ofDuration(value as Duration) };
    const { start, end } = value as Interval;
    return { kind, start: ofDateTime(start), end: ofDateTime(end) };
  },
  make(taken) {
    const { kind, reason, explanation } = taken as {
      kind: Kind;
      reason?: string;
      explanation: string | null;
    };
    const { [kind]: Class } = load();
    if (reason !== undefined) return Class.invalid(reason, explanation) as object;
    if (kind === 'DateTime') return dateTime(taken as TakenDateTime);
    if (kind === 'Duration') return duration(taken as TakenDuration);
    const { start, end } = taken as { start: TakenDateTime; end: TakenDateTime };
    return load().Interval.fromDateTimes(dateTime(start), dateTime(end));
  },
  preview: (value) => `${kindOf(value)} ${value}`,
};

type TakenDateTime = ReturnType<typeof ofDateTime>;
type TakenDuration = ReturnType<typeof ofDuration>;

function ofDateTime(value: DateTime) {
  const { type, name } = value.zone;
  if (!['system', 'fixed', 'iana'].includes(type))
    throw new TypeError(`its zone "${name}" is of a class that is not of Luxon`);
  const zone = type === 'fixed' ? value.zone.offset(0) : name;
  return { ms: value.toMillis(), zone, system: type === 'system', ...wordsOf(value.loc) };
}

function dateTime({ ms, zone: name, system, ...words }: TakenDateTime): DateTime {
  const { DateTime, SystemZone, FixedOffsetZone, IANAZone } = load();
  const zone =
    typeof name === 'number'
      ? FixedOffsetZone.instance(name)
      : system && SystemZone.instance.name === name
        ? SystemZone.instance
        : IANAZone.create(name);
  return DateTime.fromMillis(ms, { zone, ...words });
}

function ofDuration(value: Duration) {
  const { conversionAccuracy, matrix, loc } = value;
  const usual = value.constructor.fromObject({}, { conversionAccuracy }).matrix;
  const own = matrix === usual ? {} : { matrix };
  return { values: value.toObject(), conversionAccuracy, ...own, ...wordsOf(loc) };
}

function duration({ values, ...options }: TakenDuration): Duration {
  return load().Duration.fromObject(values, options);
}

function wordsOf({ locale, numberingSystem, outputCalendar, weekSettings }: Words) {
  return { locale, numberingSystem, outputCalendar, ...(weekSettings ? { weekSettings } : {}) };
}
