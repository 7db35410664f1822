/**
 * Kills and faults, as `kills.ts` and `faults.ts` draw them. `npm run torture -- --seed=7 --kills=500 --faults=100` draws many, tells
 * of each failure how to replay it, and goes on; `npm test` draws some for some seconds.
 */
import { Torture } from './torture';

const count = (name: string) => Number(process.env[name] ?? 0);
const [KILLS, FAULTS, WRITES] = [count('NX_FLOW_KILLS'), count('NX_FLOW_FAULTS'), count('NX_FLOW_WRITES')];
const FROM = count('NX_FLOW_FROM');
const SEED = Number(process.env.NX_FLOW_SEED ?? Date.now() % 2 ** 31);
const MANY = KILLS + FAULTS + WRITES > 0;

/** Without numbers: how many. */
const { kills, faults, writes } = MANY
  ? { kills: KILLS, faults: FAULTS, writes: WRITES }
  : { kills: 4, faults: 4, writes: 1 };

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
  process.env.NX_FLOW_COMMAND,
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

test(`${kills} kills, ${faults} faults, ${writes} writers from number ${FROM} of NX_FLOW_SEED=${SEED}`, async () => {
  const begun = Date.now();
  let at = 0;
  await torture.all(() => {
    const index = at++;
    if (index > 0 && index % 20 === 0) {
      const seconds = Math.round((Date.now() - begun) / 1000);
      say(`${index} trials, ${seconds} s, ${failures.length} failed`);
    }
    if (index < kills) return torture.kill(SEED, FROM + index);
    if (index < kills + faults) return torture.fault(SEED, FROM + index - kills);
    const rest = index - kills - faults;
    return rest < writes ? torture.write(SEED, FROM + rest) : undefined;
  });
  const { kills: killed, faults: done, noticed, writes: written, failures: kinds } = torture;
  const all = { seed: SEED, kills: killed, faults: done, facts: noticed, writes: written, failures: kinds };
  say(JSON.stringify(all, null, 2));
  expect(failures.map(({ message }) => message)).toEqual([]);
}, 86_400_000);
