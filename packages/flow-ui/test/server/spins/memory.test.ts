/** The spins of the moment have a bounded room: the oldest goes, and is counted. */
import type { SpinEntry } from '../../../src/api/routes';
import { SpinMemory } from '../../../src/server/spins/memory';
import { Spin } from '../../../src/server/spins/spin';

const entry = (n: number, more: Partial<SpinEntry> = {}): SpinEntry => ({
  ...{
    n,
    work: String(n),
    flow: 'movies',
    step: 'genre',
    index: [],
    at: n,
    status: 'running',
    here: true,
    user: 'ada',
    changed: 0,
  },
  ...more,
});

/** One that has ended and printed so many characters. */
function add(memory: SpinMemory, characters: number, more: Partial<SpinEntry> = {}): Spin {
  const spin = memory.add((n) => new Spin(entry(n, more)));
  spin.print('stdout', 'a'.repeat(characters));
  spin.entry.status = 'done';
  memory.makeRoom();
  return spin;
}

test('the oldest goes, and is told apart from one that never was', () => {
  const memory = new SpinMemory(1000);
  for (const n of [1, 2, 3]) add(memory, 400 + n);
  expect(memory.entries().map(({ n }) => n)).toEqual([3, 2]);
  expect(memory.dropped).toBe(1);
  expect(() => memory.get(1)).toThrow(/let go/);
  expect(() => memory.get(9)).toThrow(/no spin 9/);
});

test('one that goes on stays, and so does the newest', () => {
  const memory = new SpinMemory(1000);
  const runs = memory.add((n) => new Spin(entry(n)));
  runs.print('stdout', 'a'.repeat(900));
  add(memory, 500);
  add(memory, 5000);
  expect(memory.entries().map(({ n }) => n)).toEqual([3, 1]);
});

test('what was asked for counts, and so does what it came to', () => {
  const memory = new SpinMemory(3000);
  for (const _ of [1, 2, 3]) {
    const request = { flow: 'movies', step: 'genre', set: { a: `"${'x'.repeat(1000)}"` } };
    const spin = memory.add((n) => new Spin(entry(n), { request }));
    spin.failed({ name: 'FlowError', message: 'y'.repeat(300) }, 1);
    memory.makeRoom();
  }
  expect(memory.entries().map(({ n }) => n)).toEqual([3, 2]);
  expect(memory.dropped).toBe(1);
});

test('beside the spin of the same task before that ended well', () => {
  const memory = new SpinMemory();
  const [first, other, failed] = [add(memory, 1), add(memory, 1, { index: [1] }), add(memory, 1)];
  failed.entry.status = 'failed';
  const last = add(memory, 1);
  expect(memory.before(last)).toBe(first);
  expect(memory.before(other)).toBeUndefined();
});

test('what is printed is told at once, from where the page has it', () => {
  const spin = new Spin(entry(1));
  spin.print('stdout', 'a', 1);
  expect(spin.log(0)).toMatchObject({ pieces: [{ text: 'a', at: 1 }], next: 1, ended: false });
  spin.print('stdout', 'b', 2);
  spin.print('stderr', 'c', 3);
  expect(spin.log(1)).toMatchObject({ pieces: [{ text: 'b' }, { stream: 'stderr', text: 'c' }], next: 3 });
  spin.entry.status = 'done';
  expect(spin.log(3)).toEqual({ pieces: [], next: 3, ended: true });
});
