/**
 * Random sequences of misbehaviours, as `hostile.ts` draws and checks them. Those that once found a defect come first, then
 * others each time; `npm run hostile -- --seed=7 --from=0 --sequences=2000` draws many, tells of each failure how to replay it,
 * and goes on.
 */
import { Workspace } from '../kit/workspace';
import { Hostile, PAIRS, sequence } from './hostile';
import { FOUND } from './hostile-found';

const COUNT = Number(process.env.NX_FLOW_HOSTILE ?? 0);
const FROM = Number(process.env.NX_FLOW_FROM ?? 0);
const SEED = Number(process.env.NX_FLOW_SEED ?? Date.now() % 2 ** 31);

/** Without a number of sequences: how long to draw some. Milliseconds. */
const SLICE_MS = 5_000;

const ws = new Workspace().shareProcess();
const hostile = new Hostile(ws);
afterAll(() => ws.dispose());

test('sequences that once found a defect', async () => {
  for (const one of FOUND) await hostile.check(one);
}, 300_000);

/** @throws with what replays it */
async function checkNumber(index: number): Promise<void> {
  const one = sequence(SEED, index);
  try {
    await hostile.check(one);
  } catch (error) {
    const replay = `npm run hostile -- --seed=${SEED} --from=${index} --sequences=1`;
    throw new Error(`${JSON.stringify(one)}\n${replay}\n${(error as Error).message}`);
  }
}

async function checkSlice(): Promise<void> {
  const end = Date.now() + SLICE_MS;
  const before = hostile.executed;
  for (let i = FROM; Date.now() < end; i++) await checkNumber(i);
  expect(hostile.executed).toBeGreaterThan(before);
}

async function checkMany(): Promise<void> {
  const failures: unknown[] = [];
  const begun = Date.now();
  const tell = (text: string) => process.stderr.write(`${text}\n`);
  for (let i = 0; i < COUNT; i++) {
    try {
      await checkNumber(FROM + i);
    } catch (error) {
      failures.push(error);
      tell((error as Error).message);
    }
    if ((i + 1) % 50 === 0 || i + 1 === COUNT) {
      const seconds = Math.round((Date.now() - begun) / 1000);
      tell(`${i + 1} sequences, ${hostile.executed} misbehaviours, ${seconds} s, ${failures.length} failed`);
    }
  }
  expect(failures).toEqual([]);
}

test(
  `${COUNT || 'some'} sequences from number ${FROM} of NX_FLOW_SEED=${SEED}`,
  () => (COUNT > 0 ? checkMany() : checkSlice()),
  86_400_000,
);

test('each misbehaviour comes on every surface', () => {
  const drawn = PAIRS.map((_, i) => sequence(SEED, i));
  for (const { surface, name } of PAIRS) {
    expect(drawn.some((one) => one.surface === surface && one.names.includes(name))).toBe(true);
  }
});
