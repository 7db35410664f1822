/**
 * Saves as `storm.ts` draws them. `npm run watch:storm -- --seed=7 --saves=500` draws many, and compares each answer with a spin in
 * a process of its own; `npm test` draws some for some seconds.
 */
import { Storm } from './storm';

const SAVES = Number(process.env.NX_FLOW_SAVES ?? 0);
const SEED = Number(process.env.NX_FLOW_SEED ?? Date.now() % 2 ** 31);
const MANY = SAVES > 0;
const COUNT = MANY ? SAVES : 12;

/** By then, it has compiled and read what it needs, and its heap has the size that suits it. Saves. */
const SETTLED = 100;
const MOST_MB = 10;

const say = (line: string) => MANY && process.stderr.write(`${line}\n`);

test(`${COUNT} saves of NX_FLOW_SEED=${SEED}`, async () => {
  const storm = new Storm();
  const begun = Date.now();
  const failures: string[] = [];
  let settledMb = 0;
  try {
    await storm.begin();
    for (let i = 0; i < COUNT; i++) {
      try {
        await storm.save(SEED, i, MANY || i === COUNT - 1);
      } catch (error) {
        failures.push((error as Error).message);
        say((error as Error).message);
        // What follows depends on it.
        if (!MANY || failures.length > 5) break;
      }
      if (i <= SETTLED) settledMb = Math.max(settledMb, storm.watched.megabytes);
      if ((i + 1) % 50 === 0) {
        const seconds = Math.round((Date.now() - begun) / 1000);
        say(`${i + 1} saves, ${seconds} s, ${failures.length} failed, ${storm.watched.megabytes} MB`);
      }
    }
    if (COUNT > 2 * SETTLED) expect(storm.watched.megabytes - settledMb).toBeLessThan(MOST_MB);
  } finally {
    await storm.end();
    await storm.ws.dispose();
  }
  const latencies = storm.latencies.sort((a, b) => a - b);
  say(
    JSON.stringify({
      seed: SEED,
      kinds: storm.kinds,
      medianMs: latencies[latencies.length >> 1],
      failures: failures.length,
    }),
  );
  expect(failures).toEqual([]);
}, 86_400_000);
