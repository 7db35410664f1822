/** Dates of Luxon and Day.js: instant, zone, locale, calendar. */
import dayjsOf from 'dayjs';
import 'dayjs/locale/de';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';
import { dayjs } from '../src/dayjs';
import { luxon } from '../src/luxon';
import { refusal, roundTrip } from './helpers/round-trip';

const { DateTime, Duration, Interval, IANAZone, Zone } = require('luxon');
dayjsOf.extend(utc);
dayjsOf.extend(timezone);

const MS = 1_774_746_000_123;

describe('luxon', () => {
  test.each([
    ['the zone of the system', DateTime.fromMillis(MS)],
    ['UTC', DateTime.fromMillis(MS, { zone: 'utc' })],
    ['an offset', DateTime.fromMillis(MS, { zone: 'UTC+5:30' })],
    [
      'a zone, in the hour that is twice',
      DateTime.fromISO('2026-10-25T02:30:00+01:00', { zone: 'Europe/Berlin' }),
    ],
    [
      'a locale with its own numbers, calendar and week',
      DateTime.fromMillis(MS, {
        ...{ zone: 'Asia/Riyadh', locale: 'ar', numberingSystem: 'arab', outputCalendar: 'islamic' },
        weekSettings: { firstDay: 7, minimalDays: 1, weekend: [5, 6] },
      }),
    ],
  ])('a time in %s', async (_, time) => {
    const back = await roundTrip(luxon, time);
    expect(back).toBeInstanceOf(DateTime);
    expect(back.equals(time)).toBe(true);
    for (const name of [
      'zoneName',
      'zone',
      'locale',
      'numberingSystem',
      'outputCalendar',
      'offset',
      'localWeekday',
    ])
      expect([name, back[name]]).toEqual([name, time[name]]);
    expect(back.toLocaleString(DateTime.DATETIME_FULL)).toBe(time.toLocaleString(DateTime.DATETIME_FULL));
  });

  test('durations, intervals, and what is invalid', async () => {
    const values = { years: -1, hours: 1.5, milliseconds: 3 };
    for (const duration of [
      Duration.fromObject(values, { locale: 'fr', conversionAccuracy: 'longterm' }),
      Duration.fromObject(values),
      Duration.fromObject(values, { matrix: { ...Duration.fromObject({}).matrix, hours: { minutes: 45 } } }),
    ]) {
      const back = await roundTrip(luxon, duration);
      expect(back.equals(duration)).toBe(true);
      expect(back.matrix).toEqual(duration.matrix);
      expect(back.shiftTo('days', 'minutes').toObject()).toEqual(
        duration.shiftTo('days', 'minutes').toObject(),
      );
      expect([back.locale, back.conversionAccuracy]).toEqual([duration.locale, duration.conversionAccuracy]);
    }
    const interval = Interval.after(DateTime.fromMillis(MS, { zone: 'Asia/Tokyo', locale: 'ja' }), {
      hours: 1,
    });
    const back = await roundTrip(luxon, interval);
    expect(back.equals(interval)).toBe(true);
    expect([back.start.zoneName, back.end.locale]).toEqual(['Asia/Tokyo', 'ja']);
    for (const Class of [DateTime, Duration, Interval]) {
      const invalid = await roundTrip(luxon, Class.invalid('no such day', 'the 31st of June'));
      expect(invalid).toBeInstanceOf(Class);
      expect([invalid.isValid, invalid.invalidReason, invalid.invalidExplanation]).toEqual([
        ...[false, 'no such day', 'the 31st of June'],
      ]);
    }
  });

  test('the zone of another system is the same time there', async () => {
    const taken = {
      ...(luxon.take(DateTime.fromMillis(MS)) as object),
      zone: 'Asia/Kathmandu',
      system: true,
    };
    const back = luxon.make(taken) as typeof DateTime.prototype;
    expect([back.toMillis(), back.zone]).toEqual([MS, IANAZone.create('Asia/Kathmandu')]);
  });

  test('a zone of a class of the user’s own is refused', async () => {
    class Mars extends Zone {
      get type() {
        return 'mars';
      }
      get name() {
        return 'Mars';
      }
      get isValid() {
        return true;
      }
      offset() {
        return 37;
      }
      offsetName() {
        return 'MTC';
      }
      equals() {
        return false;
      }
    }
    expect(await refusal(luxon, DateTime.fromMillis(MS, { zone: new Mars() }))).toContain(
      'its zone "Mars" is of a class that is not of Luxon',
    );
  });
});

describe('dayjs', () => {
  test.each([
    ['local', dayjsOf(MS)],
    ['in German', dayjsOf(MS).locale('de')],
    ['UTC', dayjsOf.utc(MS)],
    ['with an offset', dayjsOf.utc(MS).utcOffset(330)],
    ['in a time zone', dayjsOf.tz(MS, 'America/New_York').locale('de')],
    ['invalid', dayjsOf('no date')],
  ])('a date %s', async (_, date) => {
    const back = await roundTrip(dayjs, date);
    expect(dayjsOf.isDayjs(back)).toBe(true);
    const seen = (value: typeof date) => [
      ...[value.valueOf(), value.format('dddd YYYY-MM-DDTHH:mm:ss.SSS Z'), value.locale(), value.isUTC()],
      ...[value.add(1, 'month').hour(5).format(), value.utcOffset()],
    ];
    expect(seen(back)).toEqual(seen(date));
  });
});
