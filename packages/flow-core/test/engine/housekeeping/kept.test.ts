/** Each run that is kept has one reason, and what must never go does not go, whatever the policy says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beyond, type JudgeOptions, judge } from '../../../src/engine/housekeeping/kept';
import { declaredPolicy, parseSize, policyDigest } from '../../../src/engine/housekeeping/policy';
import type { RunRow } from '../../../src/store/rows/rows';

const DAY = 24 * 60 * 60 * 1000;
const row = (run: number, more: Partial<RunRow> = {}) =>
  ({
    flow: 'movies',
    run,
    status: 'failed',
    namespace: 'user:ada',
    tags: [],
    startedAt: run * DAY,
    ...more,
  }) as RunRow;
const options: JudgeOptions = {
  policy: { keepLast: 1 },
  now: 10 * DAY,
  namespace: 'user:ada',
  inUse: () => false,
};
const reasons = (rows: RunRow[], more: Partial<JudgeOptions> = {}) =>
  judge(rows, { ...options, ...more }).map(({ row: { run }, kept }) => [run, kept]);

test('what is never removed', () => {
  const imported = { imported: {} as RunRow['imported'] } as Partial<RunRow>;
  const rows = [
    row(9, { namespace: 'user:mia' }),
    row(8),
    row(7, { status: 'running' }),
    row(6, imported),
    row(5, { tags: ['prod'] }),
    row(4, { status: 'done' }),
    row(3, { status: 'done' }),
    row(2, { namespace: 'user:mia', status: 'done' }),
    row(1),
  ];
  const policy = { keepLast: 1, keepTags: ['prod'] };
  expect(reasons(rows, { policy, inUse: ({ run }) => run === 1 })).toEqual([
    [9, 'it is in user:mia'],
    [8, 'the newest'],
    [7, 'it still runs'],
    [6, 'it was imported'],
    [5, 'its tag prod'],
    [4, 'the newest in user:ada that is done'],
    [3, undefined],
    [2, 'the newest in user:mia that is done'],
    [1, 'a command reads it'],
  ]);
});

test('the newest, the young, and all where nothing says which', () => {
  const rows = [9, 8, 7, 6, 5].map((run) => row(run));
  expect(reasons(rows, { policy: { keepLast: 2, keep: '3d' } })).toEqual([
    [9, 'one of the newest 2'],
    [8, 'one of the newest 2'],
    [7, 'not older than 3d'],
    [6, undefined],
    [5, undefined],
  ]);
  expect(reasons(rows, { policy: { maxSize: '1GB' } }).map(([, kept]) => kept)).toEqual(
    rows.map(() => 'nothing says that it is to go'),
  );
});

test('beyond a size, the oldest go, but for those that never do', () => {
  const judged = judge([row(4), row(3), row(2), row(1, { tags: ['prod'] })], {
    ...options,
    policy: { keepLast: 10, keepTags: ['prod'], maxSize: '2 KB' },
  });
  expect(beyond(judged, 4000, 2000, () => 1000).map(({ row: { run } }) => run)).toEqual([2, 3]);
  expect(beyond(judged, 4000, 0, () => 1000).map(({ row: { run } }) => run)).toEqual([2, 3, 4]);
});

test('sizes', () => {
  expect(['10 GB', '1.5MB', '12kb', '7 B', '10', 'GB', 5].map(parseSize)).toEqual([
    ...[10e9, 1.5e6, 12e3, 7],
    ...[undefined, undefined, undefined],
  ]);
});

describe('flow.json', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const declared = (text: string) => {
    writeFileSync(join(folder, 'flow.json'), text);
    return declaredPolicy(folder);
  };

  test('says a policy, or none', () => {
    expect(declaredPolicy(join(folder, 'elsewhere'))).toBeUndefined();
    expect(declared('{}')).toBeUndefined();
    const policy = { keepLast: 20, keep: '30d', keepTags: ['prod'], maxSize: '10 GB' };
    expect(declared(JSON.stringify({ retention: policy }))).toEqual(policy);
    expect(policyDigest({ keepTags: ['a', 'b'], keepLast: 1 })).toBe(
      policyDigest({ keepLast: 1, keepTags: ['b', 'a'] }),
    );
  });

  test.each([
    ['{', /flow\.json is no JSON: /],
    ['[]', /flow\.json holds no object\.$/],
    ['{"retenton": {"keepLast": 3}}', /has an unknown "retenton"\. Did you mean "retention"\?$/],
    ['{"retention": {}, "other": 1}', /has an unknown "other"\. There is: retention\.$/],
    ['{"retention": 3}', /has a "retention" that is no object\.$/],
    [
      '{"retention": {"keeplast": 3}}',
      /has an unknown "keeplast" in "retention"\. Did you mean "keepLast"\?$/,
    ],
    ['{"retention": {"keepLast": 0}}', /gives "keepLast" as 0: it takes a whole number above 0\.$/],
    ['{"retention": {"keep": "30"}}', /gives "keep" as "30": it takes a duration such as "30d"\.$/],
    ['{"retention": {"keepTags": "prod"}}', /gives "keepTags" as "prod": it takes a list of tags\.$/],
    ['{"retention": {"maxSize": 10}}', /gives "maxSize" as 10: it takes a size such as "10 GB"\.$/],
  ])('%s is refused in one sentence', (text, message) => {
    expect(() => declared(text)).toThrow(
      expect.objectContaining({ code: 'FLOW_RETENTION', message: expect.stringMatching(message), exit: 2 }),
    );
  });
});
