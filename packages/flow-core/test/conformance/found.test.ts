/** What random programs have found, each as small as it can be. */
import { flow, merge, oneOf } from '../../src';
import { MemoryEngine } from '../kit/memory';
import { Bench } from './bench';
import { compile, type Program } from './program';

test('what a step returned and dropped stays dropped in a resumed run', async () => {
  const program = compile('drops', [{ kind: 'step' }, { kind: 'step' }]);
  const bench = new Bench(withDrop(program, 's1', 'own_s1'));
  const first = await bench.run();
  const resumed = await bench.resume(first, { from: 's2' });
  const meaning = await bench.agrees(resumed);
  expect(Object.keys(meaning.get('end||')?.visible ?? {})).not.toContain('own_s1');
  await bench.agrees(await bench.resume(resumed, { from: 's2' }));
});

function withDrop(program: Program, step: string, name: string): Program {
  for (const spec of program.specs) if (spec.name === step) spec.drop.push(name);
  return program;
}

test('a gather that merges a name and drops it gives the same in a spin', async () => {
  const f = flow('mergedrop');
  const start = f.start(() => ({ kept: 1, gone: 2 }));
  const a = f.step('a', { after: start }, () => ({ a: 1 }));
  const b = f.step('b', { after: start }, () => ({ b: 1 }));
  const both = f.gather('both', { after: { a, b }, drop: ['gone'] }, ({ inputs }) => ({ ...merge(inputs) }));
  const defined = f.end(both);
  const e = new MemoryEngine();
  const ran = await e.run(defined);
  expect(await e.after(ran, 'both')).toEqual({ kept: 1, a: 1, b: 1 });
  const { artifacts } = await e.spin(defined, 'both');
  expect(artifacts.map(({ name, change }) => [name, change])).toEqual([
    ['kept', 'same'],
    ['a', 'same'],
    ['b', 'same'],
  ]);
});

test('an arm that is not taken needs no list: a switch may decide on an empty one', async () => {
  const declare = (words: string[]) => {
    const f = flow('empty');
    const start = f.start(() => ({ words }));
    const any = f.switch('any', { after: start, on: 'has', cases: ['some', 'none'] }, ({ self }) => ({
      has: self.words.length > 0 ? ('some' as const) : ('none' as const),
    }));
    const word = f.foreach('word', { after: any.when('some'), over: 'words' }, ({ input }) => ({ w: input }));
    const all = f.join('all', { after: word }, ({ inputs }) => ({ said: inputs.map(({ w }) => w).join() }));
    const none = f.step('none', { after: any.when('none') }, () => ({ said: 'nothing' }));
    return f.end(oneOf(all, none));
  };
  const e = new MemoryEngine();
  expect(await e.after(await e.run(declare(['a', 'b'])), 'end')).toMatchObject({ said: 'a,b' });
  expect(await e.after(await e.run(declare([])), 'end')).toMatchObject({ said: 'nothing' });
  expect((await e.spin(declare([]), 'any')).artifacts).toMatchObject([{ value: 'none', change: 'same' }]);
});

test('a loop that goes on needs no list yet for the foreach behind it', async () => {
  const f = flow('later');
  const start = f.start(() => ({ found: [] as number[] }));
  const search = f.loop('search', { after: start, while: 'more' }, ({ iteration }) => ({
    found: iteration === 2 ? [7, 8] : [],
    more: iteration < 2,
  }));
  const each = f.foreach('each', { after: search, over: 'found' }, ({ input }) => ({ n: input }));
  const defined = f.end(f.join('all', { after: each }, ({ inputs }) => ({ ns: inputs.map(({ n }) => n) })));
  const e = new MemoryEngine();
  expect(await e.after(await e.run(defined), 'end')).toEqual({ ns: [7, 8] });
});
