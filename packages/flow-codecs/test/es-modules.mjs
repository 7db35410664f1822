/** Executed by Node itself: what it imports are the copies of the libraries that ES modules get. Prints what failed. */
import assert from 'node:assert/strict';
import { arrow } from '@nx-flow/codecs/arrow';
import { big } from '@nx-flow/codecs/big';
import { bignumber } from '@nx-flow/codecs/bignumber';
import { decimal } from '@nx-flow/codecs/decimal';
import { luxon } from '@nx-flow/codecs/luxon';
import { ml, mlModel } from '@nx-flow/codecs/ml';
import { temporal } from '@nx-flow/codecs/temporal';
import { decodeArtifact, encodeArtifact, MemoryCas } from '@nx-flow/core/store';

/** Nothing of a library is loaded by the codecs themselves. */
const { createRequire } = await import('node:module');
const { cache } = createRequire(import.meta.url);
const LIBRARIES = /node_modules.(apache-arrow|big\.js|bignumber\.js|decimal\.js|luxon|ml-|temporal-polyfill)/;
assert.deepEqual(
  Object.keys(cache).filter((file) => LIBRARIES.test(file)),
  [],
);

async function roundTrip(codec, value) {
  const cas = new MemoryCas();
  const record = await encodeArtifact('a', { inside: [value] }, cas, [codec]);
  const back = decodeArtifact(record, cas, [codec]).inside[0];
  assert.equal(
    Object.getPrototypeOf(back),
    Object.getPrototypeOf(value),
    `${codec.id}: its class is that of the flow`,
  );
  assert.equal((await encodeArtifact('a', { inside: [back] }, cas, [codec])).digest, record.digest);
  return back;
}

const basic = await import('temporal-polyfill');
const { Temporal } = await import('temporal-polyfill/full');
const zoned = '2026-10-25T02:30:00.123456789+01:00[Europe/Berlin][u-ca=hebrew]';
for (const value of [
  Temporal.Instant.from('1969-12-31T23:59:59.999999999Z'),
  Temporal.ZonedDateTime.from(zoned),
  Temporal.ZonedDateTime.from('2026-11-30T10:00:00+05:30[+05:30]'),
  Temporal.PlainDate.from('-271821-04-19[u-ca=japanese]'),
  Temporal.PlainTime.from('10:00:00.000000001'),
  Temporal.PlainDateTime.from('2026-11-30T10:00:00.5[u-ca=gregory]'),
  Temporal.PlainYearMonth.from('2026-11-01[u-ca=hebrew]'),
  new Temporal.PlainYearMonth(2026, 11, 'iso8601', 30),
  Temporal.PlainMonthDay.from('2024-02-29[u-ca=chinese]'),
  new Temporal.PlainMonthDay(2, 29, 'iso8601', 2024),
  Temporal.Duration.from({ years: -1, months: -2, nanoseconds: -3 }),
]) {
  const back = await roundTrip(temporal, value);
  const options = { calendarName: 'always' };
  assert.equal(back.toString(options), value.toString(options));
  assert.equal(back.calendarId, value.calendarId);
  if ('equals' in value) assert.ok(back.equals(value));
}
await roundTrip(temporal, basic.Temporal.PlainDate.from('2026-11-30'));
class Own extends Temporal.PlainDate {}
assert.equal(temporal.match(new Own(2026, 1, 1)), false);

const { Decimal } = await import('decimal.js');
assert.ok((await roundTrip(decimal, new Decimal('-0'))) instanceof Decimal);
const { Big } = await import('big.js');
assert.ok((await roundTrip(big, new Big('0.1'))) instanceof Big);
const { BigNumber } = await import('bignumber.js');
assert.ok((await roundTrip(bignumber, new BigNumber('NaN'))) instanceof BigNumber);
const { DateTime, Settings } = await import('luxon');
Settings.defaultZone = 'Asia/Tokyo';
assert.ok((await roundTrip(luxon, DateTime.now())) instanceof DateTime);
const { tableFromArrays } = await import('apache-arrow');
assert.equal(
  (await roundTrip(arrow, tableFromArrays({ text: ['a', 'b', 'a'] }))).getChild('text').get(2),
  'a',
);

const { SimpleLinearRegression } = await import('ml-regression-simple-linear');
const model = new SimpleLinearRegression([1, 2, 3], [2, 4, 6.5]);
for (const codec of [ml, mlModel(SimpleLinearRegression, { id: 'line' })])
  assert.equal((await roundTrip(codec, model)).predict(9), model.predict(9));
