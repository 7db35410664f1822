/** Random values with values of several libraries inside come back the same, at any depth. */
import { tableFromArrays } from 'apache-arrow';
import BigNumber from 'bignumber.js';
import dayjsOf from 'dayjs';
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { MemoryCas } from '../../flow-core/src/store/cas/memory-cas';
import { Artifacts } from '../../flow-core/src/store/values/artifacts';
import { arrow } from '../src/arrow';
import { bignumber } from '../src/bignumber';
import { dayjs } from '../src/dayjs';
import { decimal } from '../src/decimal';
import { luxon } from '../src/luxon';
import { ndarray } from '../src/ndarray';

const { DateTime } = require('luxon');
const of = require('ndarray');

const number = fc.double();
const ms = fc.integer({ min: -1e13, max: 1e13 });
const leaf = fc.oneof(
  number.map((n) => new Decimal(n)),
  number.map((n) => new BigNumber(n)),
  fc
    .tuple(ms, fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/St_Johns'))
    .map(([at, zone]) => DateTime.fromMillis(at, { zone })),
  ms.map((at) => dayjsOf(at)),
  fc.float64Array({ minLength: 4, maxLength: 4 }).map((data) => of(data, [2, 2]).transpose(1, 0)),
  fc.array(fc.integer(), { minLength: 1, maxLength: 3 }).map((n) => tableFromArrays({ n })),
  ...[number, fc.string(), fc.constant(null), fc.date(), fc.bigInt()],
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
    fc.array(fc.tuple(leaf, tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  ),
}));

test('a value of many libraries has the same digest when it was stored and read', async () => {
  const artifacts = new Artifacts(new MemoryCas(), [arrow, bignumber, dayjs, decimal, luxon, ndarray]);
  const numRuns = Number(process.env.FUZZ_RUNS ?? 150);
  await fc.assert(
    fc.asyncProperty(value, async (given) => {
      const record = await artifacts.encode('value', { given });
      const back = artifacts.decode(record) as { given: unknown };
      expect((await artifacts.encode('value', back)).digest).toBe(record.digest);
    }),
    { numRuns },
  );
});
