/** A part of the database that cannot be read is told by the record before it, and what lies behind it is read all the same. */
import { FlowError } from '../../../src/definition/errors';
import { inspected } from '../../../src/engine/verify/inspected';
import type { StoreProblem } from '../../../src/engine/verify/problem';
import { MemoryKv } from '../../../src/store/kv/memory';
import { keys } from '../../../src/store/kv/row-keys';

const run = (n: number) =>
  Array.from({ length: 5 }, (_, i) => keys.artifact('films', n, 'start', i + 1, 'ns'));
const ALL = [
  ...run(1),
  ...run(2),
  ...run(3),
  keys.counter('films'),
  keys.run('films', 1),
  keys.run('films', 2),
];

/** A database with a part that cannot be read. */
function torn(isTorn: (key: string) => boolean, code = 'FLOW_STORE_CORRUPT'): MemoryKv {
  const kv = new MemoryKv();
  jest.spyOn(kv, 'inspect').mockImplementation(async (query) => {
    const page = await kv.range(query);
    if (page.some(([key]) => isTorn(key))) throw new FlowError(code, 'Corruption: bad block', { exit: 1 });
    return page;
  });
  return kv;
}

async function read(kv: MemoryKv) {
  await kv.batch(ALL.map((key) => ({ key, value: '' })));
  const problems: StoreProblem[] = [];
  const found: string[] = [];
  for await (const [key] of inspected(kv, (problem) => problems.push(problem))) found.push(key);
  return { found, where: problems.map(({ where }) => where) };
}

test('within a run: its records before that part, and all other runs', async () => {
  const [first, second, lost] = run(2) as [string, string, string];
  expect(await read(torn((key) => key === lost))).toEqual({
    found: ALL.filter((key) => !run(2).includes(key) || [first, second].includes(key)).sort(),
    where: ['after films/2/start/2/ns'],
  });
});

test('over the end of a kind, and of the database', async () => {
  const lost = [...run(3).slice(2), keys.counter('films'), keys.run('films', 2)];
  const { found, where } = await read(torn((key) => lost.includes(key)));
  expect(found).toEqual(ALL.filter((key) => !lost.includes(key)).sort());
  expect(where).toEqual(['after films/3/start/2/ns', 'after films/1']);
});

test('what is no damage of a part ends it', async () => {
  await expect(read(torn(() => true, 'FLOW_STORE_UNAVAILABLE'))).rejects.toThrow('bad block');
});
