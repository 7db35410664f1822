// What the flow API accepts and rejects: every @ts-expect-error below is a promise to the user. Compiled, never run.
import { z } from 'zod';
import {
  type Codec,
  type FileArtifact,
  file,
  flow,
  type Later,
  type LaterCodec,
  merge,
  oneOf,
} from '../../src/index';

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(_?: T) => {};

const f = flow('TrainFlow', {
  params: { alpha: z.coerce.number().default(0.1).describe('learning rate') },
});
const start = f.start(({ params }) => ({
  rows: [1, 2, 3],
  alphas: [params.alpha, 0.2],
  shards: [['a'], ['b']],
  n: 1,
}));
const left = f.step('left', { after: start, retry: 3, timeout: '5m' }, ({ self }) => ({
  a: self.rows.length,
}));
const right = f.step('right', { after: start, catch: 'oops' }, async ({ self }) => ({ b: String(self.n) }));
const both = f.gather('both', { after: { left, right } }, ({ inputs }) => {
  is<Eq<typeof inputs.left.a, number>>();
  is<Eq<typeof inputs.right.b, string | undefined>>();
  is<Eq<typeof inputs.right.oops, Error | undefined>>();
  // @ts-expect-error left never ran right's code
  inputs.left.b;
  return { ...merge(inputs, { exclude: ['oops'] }), total: inputs.left.a };
});
const train = f.foreach('train', { after: both, over: 'alphas' }, ({ self, input, index }) => {
  is<Eq<typeof input, number>>();
  return { loss: input * index + self.total };
});
const pick = f.join('pick', { after: train }, ({ inputs }) => ({
  best: Math.min(...inputs.map((i) => i.loss)),
  ...merge(inputs, { exclude: ['loss'] }),
}));
const outer = f.foreach('outer', { after: pick, over: 'shards' }, ({ input }) => ({ files: input }));
const inner = f.foreach('inner', { after: outer, over: 'files' }, ({ input, stack }) => {
  is<Eq<typeof stack, readonly [string, string[]]>>();
  return { len: input.length };
});
const ji = f.join('ji', { after: inner }, ({ inputs }) => ({ sum: inputs.reduce((s, i) => s + i.len, 0) }));
const jo = f.join('jo', { after: ji }, ({ inputs }) => ({ all: inputs.map((i) => i.sum), n: 1 }));
const decide = f.switch('decide', { after: jo, on: 'size', cases: ['small', 'big'] }, ({ self }) => ({
  size: self.n > 10 ? 'big' : 'small',
  seen: true,
  score: 1,
}));
const quick = f.step('quick', { after: decide.when('small') }, ({ self }) => ({
  r: self.n,
  onlyQuick: 1,
  loss: 1,
}));
const slow = f.step('slow', { after: decide.when('big') }, ({ self }) => {
  is<Eq<typeof self.size, 'small' | 'big'>>();
  is<Eq<typeof self.seen, boolean>>();
  is<Eq<typeof self.score, number>>();
  return { r: self.n, loss: 2 };
});
// @ts-expect-error no such case
decide.when('huge');
// @ts-expect-error wrong verdict
f.switch('bad', { after: jo, on: 'size', cases: ['small', 'big'] }, () => ({ size: 'huge' }));
// @ts-expect-error not a list
f.foreach('bad', { after: jo, over: 'n' }, () => ({}));
// @ts-expect-error still inside a foreach: the flow cannot end here
f.end(inner);
const refine = f.loop(
  'refine',
  { after: oneOf(quick, slow), while: 'improving', max: 50 },
  ({ self, iteration }) => {
    // @ts-expect-error only on one branch
    self.onlyQuick;
    return { loss: self.loss / 2, improving: self.loss > 0.1 && iteration < 9 };
  },
);
// @ts-expect-error a loop may not change an artifact's type
f.loop('bad', { after: slow, while: 'go' }, () => ({ r: 'str', go: false }));
const last = f.step('last', { after: refine, card: true }, ({ self, card, current }) => {
  is<Eq<typeof self.loss, number>>();
  card.add(`${current.pathspec}: ${self.r}`).text = 'changed';
  // @ts-expect-error a card has no such thing
  card.append('x');
});
export default f.end(last);
export async function testTrain() {
  const out = await train.run({ self: { total: 1 }, input: 0.5, index: 2 });
  is<Eq<typeof out.loss, number | undefined>>();
}

export const e2 = f.end({ after: last, retry: 1 }, ({ self }) => ({ fin: self.r }));
// @ts-expect-error a switch is left by its cases
f.step('x', { after: decide }, () => ({}));
// @ts-expect-error different depth
f.gather('x', { after: { inner, outer } }, () => ({}));
// @ts-expect-error nothing to join
f.join('x', { after: jo }, () => ({}));
pick.run({ inputs: [{ loss: 1 }] });
both.run({ inputs: { left: { a: 1 } } });
// @ts-expect-error no such branch
both.run({ inputs: { nope: { a: 1 } } });
f.gather('g2', { after: { a: pick, b: jo } }, ({ inputs }) => ({ t: inputs.a.best + inputs.b.n }));
const cj = f.join('cj', { after: inner, catch: 'err' }, ({ inputs }) => ({ z: inputs.length }));
f.step('cj2', { after: cj }, ({ self }) => {
  is<Eq<typeof self.z, number | undefined>>();
});
// @ts-expect-error no step upstream returned it
f.step('x', { after: cj }, ({ self }) => ({ y: self.nowhere }));
// @ts-expect-error not a parameter
f.step('x', { after: cj }, ({ params }) => ({ y: params.beta }));

// A step that always throws hides nothing from those behind it.
const broken = f.step('broken', { after: start }, () => {
  throw new Error('always');
});
f.step('behind', { after: broken }, ({ self }) => {
  is<Eq<typeof self.n, number>>();
});
// A switch may decide on what stands upstream.
const kindly = f.step('kindly', { after: start }, ({ self }) => ({
  kind: self.n > 1 ? ('many' as const) : ('one' as const),
}));
const inherits = f.switch('inherits', { after: kindly, on: 'kind', cases: ['one', 'many'] }, ({ self }) => ({
  seen: self.n,
}));
f.step('one', { after: inherits.when('one') }, ({ self }) => {
  is<Eq<typeof self.kind, 'one' | 'many'>>();
  is<Eq<typeof self.seen, number>>();
});
// @ts-expect-error the verdict that it returns itself is still one of the cases
f.switch('bad', { after: kindly, on: 'kind', cases: ['one', 'many'] }, () => ({ kind: 'huge' }));

// A file reaches the next steps as a handle.
const written = f.step('written', { after: start }, () => ({ report: file('/tmp/big.csv') }));
f.step('reads', { after: written }, async ({ self }) => {
  is<Eq<typeof self.report, FileArtifact>>();
  is<Eq<typeof self.report.size, number>>();
  // @ts-expect-error a file is no text
  self.report.toUpperCase();
  return { text: await self.report.text() };
});

// What a codec decodes with time reaches the next steps as a handle, at any depth.
class Model {
  constructor(readonly weights: number[]) {}
  predict(x: number): number {
    return x;
  }
}
declare const model: LaterCodec<Model>;
declare const point: Codec<Date>;
const trains = flow('trains', { codecs: [point, model] });
const trained = trains.start(() => ({
  n: 1,
  day: new Date(0),
  best: new Model([1]),
  all: [{ of: new Model([1]), by: new Map([['a', new Model([])]]), day: new Date(0) }],
}));
trains.step('uses', { after: trained }, async ({ self }) => {
  is<Eq<typeof self.best, Later<Model>>>();
  is<Eq<typeof self.n, number>>();
  is<Eq<typeof self.day, Date>>();
  const [first] = self.all;
  is<Eq<NonNullable<typeof first>['of'], Later<Model>>>();
  is<Eq<NonNullable<typeof first>['day'], Date>>();
  is<Eq<NonNullable<typeof first>['by'], Map<string, Later<Model>>>>();
  // @ts-expect-error it is no value yet
  self.best.predict(1);
  return { y: (await self.best.value()).predict(1), best: self.best };
});
// Only what has exactly the fields of the class has its type; of a class with private fields a subclass has it, too.
class Book {
  constructor(readonly text: string) {}
}
class Index {
  private readonly words = 1;
  count(): number {
    return this.words;
  }
}
class Glossary extends Index {
  readonly terms = 1;
}
declare const book: LaterCodec<Book>;
declare const index: LaterCodec<Index>;
const reads = flow('reads', { codecs: [book, index] });
const given = reads.start(() => ({
  book: new Book('x'),
  page: { text: 'x', id: 1 },
  pages: [{ text: 'x', id: 1, of: new Book('x') }],
  glossary: new Glossary(),
  maybe: new Book('x') as Book | undefined,
}));
reads.step('uses', { after: given }, ({ self }) => {
  is<Eq<typeof self.book, Later<Book>>>();
  is<Eq<typeof self.page.text, string>>();
  is<Eq<(typeof self.pages)[number]['text'], string>>();
  is<Eq<(typeof self.pages)[number]['of'], Later<Book>>>();
  is<Eq<typeof self.glossary, Later<Glossary>>>();
  is<Eq<typeof self.maybe, Later<Book> | undefined>>();
});
trains.loop('more', { after: trained, while: 'goesOn', max: 2 }, async ({ self }) => ({
  goesOn: true,
  best: new Model((await self.best.value()).weights),
}));
// @ts-expect-error a handle is no list
trains.foreach('each', { after: trained, over: 'best' }, () => ({}));
// A flow without parameters has none.
const bare = flow('bare');
// @ts-expect-error there is none of that name
bare.start(({ params }) => ({ size: params.size }));
const begun = bare.start(() => ({
  rows: [1, 2],
  n: 1,
  text: 'x',
  bytes: new Float64Array(2),
  ages: new Map<string, number>(),
  tags: new Set<string>(),
}));
// A foreach splits what gives its items.
bare.foreach('ofBytes', { after: begun, over: 'bytes' }, ({ input }) => {
  is<Eq<typeof input, number>>();
});
bare.foreach('ofMap', { after: begun, over: 'ages' }, ({ input, stack }) => {
  is<Eq<typeof input, [string, number]>>();
  is<Eq<typeof stack, readonly [[string, number]]>>();
});
bare.foreach('ofSet', { after: begun, over: 'tags' }, ({ input }) => {
  is<Eq<typeof input, string>>();
});
// @ts-expect-error a text is no list
bare.foreach('ofText', { after: begun, over: 'text' }, () => ({}));
// @ts-expect-error it fails, or is left out
bare.foreach('odd', { after: begun, over: 'rows', empty: 'skip' }, () => ({}));

// Over nothing, merge() gives what stood before the foreach.
const maybe = bare.foreach('maybe', { after: begun, over: 'rows' }, ({ input }) => ({ sq: input, n: 'x' }));
const maybeJoined = bare.join('maybeJoined', { after: maybe }, ({ inputs }) => ({
  all: inputs.map(({ sq }) => sq),
  ...merge(inputs, { exclude: ['text'] }),
}));
bare.step('afterMaybe', { after: maybeJoined }, ({ self }) => {
  is<Eq<typeof self.sq, number | undefined>>();
  is<Eq<typeof self.rows, number[]>>();
  is<Eq<typeof self.n, string | number>>();
  is<Eq<typeof self.all, number[]>>();
  // @ts-expect-error it was excluded
  self.text;
});
bare.join('included', { after: maybe }, ({ inputs }) => {
  const both = merge(inputs, { include: ['sq', 'text'] });
  is<Eq<typeof both.sq, number | undefined>>();
  is<Eq<typeof both.text, string>>();
});
const some = bare.foreach('some', { after: begun, over: 'rows', empty: 'fail' }, () => ({ sq: 1, n: 'x' }));
const someJoined = bare.join('someJoined', { after: some }, ({ inputs }) => ({ ...merge(inputs) }));
bare.step('afterSome', { after: someJoined }, ({ self }) => {
  is<Eq<typeof self.sq, number>>();
  is<Eq<typeof self.n, string>>();
});

// What need not be returned may be what stood there before.
const again = bare.loop('again', { after: begun, while: 'more' }, ({ self }) =>
  self.n > 1 ? { more: true, n: 2 } : { more: false },
);
bare.step('afterAgain', { after: again }, ({ self }) => {
  is<Eq<typeof self.n, number>>();
});
const caught = bare.step('caught', { after: begun, catch: 'oops' }, ({ self }) =>
  self.n > 1 ? { n: 'x' } : {},
);
bare.step('afterCaught', { after: caught }, ({ self }) => {
  is<Eq<typeof self.n, string | number | undefined>>();
});
// What is returned whenever the step succeeds, is absent when it fails, and is never what stood before.
const always = bare.step('always', { after: begun, catch: 'oops' }, () => ({ n: 'x' }));
bare.step('afterAlways', { after: always }, ({ self }) => {
  is<Eq<typeof self.n, string | undefined>>();
});

// The error of a split tells whether it has what the step returns.
const ask = bare.foreach('ask', { after: begun, over: 'rows', catch: 'error' }, () => ({ answer: 'x' }));
const rated = bare.step('rated', { after: ask, catch: 'wrong' }, ({ self }) => ({
  stars: self.answer?.length ?? 0,
}));
const answers = bare.join('answers', { after: rated }, ({ inputs }) => ({
  lengths: inputs.map((i) => (i.error ? 0 : i.answer.length)),
  stars: inputs.map((i) => (i.wrong ? i.wrong.message : i.stars.toFixed())),
  ...merge(inputs),
}));
bare.step('afterAnswers', { after: answers }, ({ self }) => {
  is<Eq<typeof self.answer, string | undefined>>();
  is<Eq<typeof self.error, Error | undefined>>();
  is<Eq<typeof self.lengths, number[]>>();
});
// What can never be stored is refused where it is returned, however deep it lies.
class Forest {
  weights = [1];
  predict() {
    return 1;
  }
}
interface Playable {
  play(): void;
}
type Json = string | number | Json[] | { [name: string]: Json };
declare const kept: { json: Json; unknown: unknown; playable: Playable; now: Date; url: URL };
const stored = f.step('stored', { after: jo }, () => ({
  model: new Forest(),
  by: new Map([[1, new Forest()]]),
  ...kept,
}));
f.step('x', { after: stored }, ({ self }) => ({
  model: self.model,
  maybe: undefined as string[] | undefined,
}));
f.step('x', { after: jo }, () => ({ parsed: JSON.parse('1') }));
// @ts-expect-error a function
f.step('x', { after: jo }, () => ({ later: () => 1 }));
// @ts-expect-error a promise
f.step('x', { after: jo }, async () => ({ rows: [1].map(async (n) => n) }));
// @ts-expect-error a symbol
f.start({ timeout: '1s' }, () => ({ deep: { kind: Symbol('kind') } }));
// @ts-expect-error a class is a function
f.step('x', { after: jo }, () => ({ Model }));
// @ts-expect-error behind a list and a Map
f.step('x', { after: jo }, () => ({ deep: { list: [{ by: new Map([['a', () => 1]]) }] } }));
// @ts-expect-error in a switch
f.switch('x', { after: jo, on: 'way', cases: ['a', 'b'] }, () => ({ way: 'a', later: () => 1 }));
// @ts-expect-error at the end
f.end({ after: jo }, () => ({ later: () => 1 }));

// A helper that is generic in what a step returns.
export const named = <O extends object>(name: string, body: () => O) =>
  f.step(name, { after: jo }, async () => ({ got: body(), list: [body()] }));
export const same = <O extends object>(name: string, body: () => O) => f.step(name, { after: jo }, body);
f.step('x', { after: same('y', () => ({ k: 1 })) }, ({ self }) => ({ k: self.n }));
