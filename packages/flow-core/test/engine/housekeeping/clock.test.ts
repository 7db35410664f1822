/** A clock that is wrong once makes no run old: what nobody looks on at is kept, and whoever looks on is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flow } from '../../../src/definition/flow';
import { accept, dueNow, readAcceptance } from '../../../src/engine/housekeeping/accepted';
import { clockOff, steadyNow } from '../../../src/engine/housekeeping/clock';
import type { Policy } from '../../../src/engine/housekeeping/policy';
import { retain } from '../../../src/session/retention';
import { memoryStore } from '../../../src/store/open';
import type { RunRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { withEnvironment } from '../../store/helpers/place';

withEnvironment('CI', undefined);

const DAY = 24 * 60 * 60 * 1000;
const KEEP = 30 * DAY;

test('ages are counted from before a gap that is longer than runs are kept, until it is lived through', () => {
  const steady = (...days: number[]) =>
    steadyNow(
      days.map((day) => day * DAY),
      KEEP,
      1000 * DAY,
    ) / DAY;
  expect(steady()).toBe(1000);
  expect(steady(1000, 990, 965, 500)).toBe(1000);
  expect(steady(1000, 600, 599, 1)).toBe(600);
  // Wrong for some weeks, and again by another year.
  expect(steady(1000, 985, 600, 599)).toBe(600);
  expect(steady(1000, 600, 200)).toBe(600);
  // People come back from a pause, and a month later it was one.
  expect(steady(1000, 980, 969, 900)).toBe(1000);
  // What a clock that was ahead has left.
  expect(steady(1400, 1000, 999, 980)).toBe(1000);
  // A week is a holiday, however short runs are kept.
  expect(steadyNow([993.5 * DAY], DAY, 1000 * DAY) / DAY).toBe(1000);
});

test('a clock that is ahead of the newest run, or behind it, is told', () => {
  const rows = [3, 5, 4].map((run) => ({ flow: 'films', run, startedAt: run * DAY }) as RunRow);
  expect(clockOff(rows, KEEP, 20 * DAY)).toBeUndefined();
  expect(clockOff(rows, KEEP, 405 * DAY)).toEqual({ run: 'films/5', ahead: true, by: 400 * DAY });
  expect(clockOff(rows, KEEP, 2 * DAY)).toEqual({ run: 'films/5', ahead: false, by: 3 * DAY });
  expect(clockOff(rows, KEEP, 5 * DAY - 1000)).toBeUndefined();
  expect(clockOff([{ ...(rows[0] as RunRow), imported: {} as never }], KEEP, 405 * DAY)).toBeUndefined();
});

test('a time to come at which a policy was followed counts as due', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  const policy: Policy = { keep: '30d' };
  accept(folder, policy, 400 * DAY);
  const due = (at: number) => dueNow(readAcceptance(folder), policy, at);
  expect([due(400 * DAY + 1), due(401 * DAY), due(399 * DAY)]).toEqual([undefined, 'follow', 'follow']);
  rmSync(folder, { recursive: true });
});

describe('after a run', () => {
  const f = flow('films');
  const films = f.end(f.start(() => ({})));
  let folder: string;
  let engine: MemoryEngine;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
    engine = new MemoryEngine(memoryStore());
    for (let i = 0; i < 4; i++) await engine.run(films, { namespace: 'user:mia' });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const note = (policy: Policy, days: number) => {
    writeFileSync(join(folder, 'flow.json'), JSON.stringify({ retention: policy }));
    accept(folder, policy, 0);
    // A client that has read nothing.
    const store = new Store(engine.store.kv, engine.store.cas);
    const session = { place: { store: folder }, store, user: 'mia', workspace: folder };
    return retain(session as never, Date.now() + days * DAY);
  };

  test('with a clock that is a year ahead nothing is removed by age, and one line says so', async () => {
    expect(await note({ keep: '30d' }, 400)).toBe(
      'By the clock, nothing ran for 400 days before this one, so it may be wrong: 3 runs that flow.json lets go after 30d stayed. If it is right, nx-flow gc removes them.',
    );
    expect(await engine.store.unpinnedRun('films', 1)).toBeDefined();
    // The clock is right again.
    expect(await note({ keep: '30d' }, 0)).toBeUndefined();
  });

  test('what goes by their number goes', async () => {
    expect(await note({ keepLast: 2 }, 400)).toBe(
      'As flow.json says, 2 runs were removed: films/2, films/1.',
    );
  });
});
