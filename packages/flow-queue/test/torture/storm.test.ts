/** Storms as `storm.ts` draws them. `npm run queue:storm -- --seed=7 --storms=50` draws many; `npm test` a small one. */
import { hasPostgres, redisProgram } from '../kit/servers';
import { storm } from './storm';

const STORMS = Number(process.env.NX_FLOW_STORMS ?? 0);
const SEED = Number(process.env.NX_FLOW_SEED ?? Date.now() % 2 ** 31);
const FROM = Number(process.env.NX_FLOW_FROM ?? 0);
const MANY = STORMS > 0;
const COUNT = MANY ? STORMS : 1;
const TASKS = MANY ? 1000 : 200;

const withRedis = redisProgram === undefined ? test.skip : test;

withRedis(
  `${COUNT} storms of NX_FLOW_SEED=${SEED}`,
  async () => {
    const failures: string[] = [];
    const begun = Date.now();
    for (let number = FROM; number < FROM + COUNT; number++) {
      // Every fifth one over the other database.
      const on = MANY && hasPostgres && number % 5 === 4 ? 'postgres' : 'redis';
      try {
        const happened = await storm({ seed: SEED, number, tasks: TASKS, on });
        if (MANY) {
          const seconds = Math.round((Date.now() - begun) / 1000);
          process.stderr.write(`${number} ${on} ${seconds} s: ${happened.join(', ') || 'nothing'}\n`);
        }
      } catch (error) {
        failures.push((error as Error).message);
        if (MANY) process.stderr.write(`${(error as Error).message}\n`);
      }
    }
    expect(failures).toEqual([]);
  },
  86_400_000,
);
