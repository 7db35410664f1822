/** Tables of apache-arrow itself. */
import { tableFromArrays } from 'apache-arrow';
import type { ChartBlock, TableBlock } from '../../src/card';
import { lineChart, table } from '../../src/card';
import { blockOf } from './card';

const films = tableFromArrays({
  title: ['Up', 'Heat', 'Alien'],
  year: Int32Array.of(2009, 1995, 1979),
  gross: BigInt64Array.of(735_099_082n, 187_436_818n, 184_700_000n),
  seen: [new Date('2026-01-02'), null, new Date('2026-03-04')],
});

test('a table of Arrow is shown by its columns', () => {
  const { columns, rows, of } = blockOf<TableBlock>(table(films, { totals: ['gross'] }));
  expect({ columns, of }).toEqual({ columns: ['title', 'year', 'gross', 'seen'], of: 3 });
  expect(rows[0]).toEqual(['Up', 2009, 735_099_082, '2026-01-02']);
  expect(rows[1]).toEqual(['Heat', 1995, 187_436_818, null]);
});

test('a chart takes one, and its times', () => {
  const { series, x } = blockOf<ChartBlock>(lineChart(films, { x: 'year', y: 'gross' }));
  expect(x.label).toBe('year');
  expect(series[0]?.y).toEqual(expect.arrayContaining([735_099_082]));
  expect(blockOf<ChartBlock>(lineChart(films, { x: 'seen', y: 'year' })).x).toMatchObject({ time: true });
});
