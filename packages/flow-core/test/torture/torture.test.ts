/**
 * Kills and faults, as `kills.ts` and `faults.ts` draw them. `npm run torture -- --seed=7 --kills=500 --faults=100` draws many, tells
 * of each failure how to replay it, and goes on; `npm test` draws some for some seconds.
 */
import { Torture } from './torture';

const count = (name: string) => Number(process.env[name] ?? 0);
const [KILLS, FAULTS, FROM] = [count('NX_FLOW_KILLS'), count('NX_FLOW_FAULTS'), count('NX_FLOW_FROM')];
const SEED = Number(process.env.NX_FLOW_SEED ?? Date.now() % 2 ** 31);
const MANY = KILLS + FAULTS > 0;

/** Without numbers: how many. */
const SLICE = { kills: 4, faults: 4 };

const failures: Error[] = [];
const say = (line: string) => MANY && process.stderr.write(`${line}\n`);
const torture = new Torture(
  {
    say: (line) => process.env.NX_FLOW_VERBOSE && say(line),
    failed(failure) {
      failures.push(failure);
      say(failure.message);
    },
  },
  MANY ? undefined : 1,
);
/** What a command says of damage is its answer here, too. */
const write = process.stderr.write;
beforeAll(() => {
  process.stderr.write = ((line: string, ...more: never[]) =>
    / was damaged: since /.test(String(line)) || write.call(process.stderr, line, ...more)) as typeof write;
});
afterAll(async () => {
  process.stderr.write = write;
  await torture.close();
});

test(`${KILLS || 'some'} kills and ${FAULTS || 'some'} faults from number ${FROM} of NX_FLOW_SEED=${SEED}`, async () => {
  const begun = Date.now();
  const { kills, faults } = MANY ? { kills: KILLS, faults: FAULTS } : SLICE;
  let at = 0;
  await torture.all(() => {
    const index = at++;
    if (index > 0 && index % 20 === 0) {
      const seconds = Math.round((Date.now() - begun) / 1000);
      say(`${index} trials, ${seconds} s, ${failures.length} failed`);
    }
    if (index < kills) return torture.kill(SEED, FROM + index);
    return index < kills + faults ? torture.fault(SEED, FROM + index - kills) : undefined;
  });
  const { kills: killed, noticed, faults: done, failures: kinds } = torture;
  say(JSON.stringify({ seed: SEED, kills: killed, faults: done, facts: noticed, failures: kinds }, null, 2));
  expect(failures.map(({ message }) => message)).toEqual([]);
}, 86_400_000);
