/** `--set`: a text is read as what it replaces. */
import { flow, instance } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import { readTyped, TypedText } from '../../../src/engine/inputs/typed';
import { spin } from '../../../src/engine/spin/spin';
import { MemoryEngine } from '../../kit/memory';

const read = (text: string, recorded?: string) => {
  try {
    const { value, note } = readTyped('x', new TypedText(text), recorded);
    return note === undefined ? value : [value, note];
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code} ${message}`;
  }
};
const given = (was: string, is: string) => `"x" is ${was} in the inputs, and is given as ${is}.`;

test.each<[string, string | undefined, unknown]>([
  ['2134', 'string', '2134'],
  ['02134', 'string', '02134'],
  ['null', 'string', 'null'],
  ['[1,2', 'string', '[1,2'],
  ['{"a":1}', 'string', '{"a":1}'],
  ['', 'string', ''],
  ['9007199254740993', 'string', '9007199254740993'],
  ['"in quotes"', 'string', 'in quotes'],
  ['"open', 'string', '"open'],
  ['5', 'number', 5],
  ['.5', 'number', 0.5],
  ['Infinity', 'number', Number.POSITIVE_INFINITY],
  ['12345678901234567890', 'bigint', 12345678901234567890n],
  ['-5n', 'bigint', -5n],
  ['2024-02-29', 'Date', new Date('2024-02-29')],
  ['"2024-02-29"', 'Date', new Date('2024-02-29')],
  ['false', 'boolean', false],
  ['[1,2]', 'Array(5)', [1, 2]],
  ['{"a":1}', 'Object', { a: 1 }],
  ['{"a":1}', undefined, { a: 1 }],
  ['a text', undefined, 'a text'],
  ['[draft] x', undefined, '[draft] x'],
  ['null', 'null', null],
  ['null', 'number', [null, given('a number', 'null')]],
  ['"5"', 'number', ['5', given('a number', 'text')]],
  ['7', 'Array(2)', [7, given('a list', 'a number')]],
  ['["text"]', 'Uint8Array(9)', [['text'], given('Uint8Array', 'a list')]],
  ['1', 'boolean', [1, given('true or false', 'a number')]],
  ['text', 'null', ['text', given('null', 'text')]],
])('%s over %s', (text, recorded, expected) => {
  expect(read(text, recorded)).toEqual(expected);
});

const QUOTE = (text: string) => `To give text all the same, quote it: --set.x='${JSON.stringify(text)}'.`;

test.each<[string, string | undefined, string | RegExp]>([
  ['', 'number', 'an empty text is no number'],
  [' ', 'bigint', 'an empty text is no number'],
  ['9007199254740993', 'number', 'a number cannot hold all its digits, and would be 9007199254740992'],
  [
    '9007199254740993',
    undefined,
    'the number 9007199254740993 would become 9007199254740992: write it in quotes, as text',
  ],
  ['{"a":1,"a":2}', 'Object', '"a" is given twice: give it once, and "x" is an object'],
  ['2024-02-30', 'Date', 'there is no such day: that month has 29'],
  ['[1,2', 'Array(2)', /that is no JSON \(.*\), and "x" is a list/],
  ['many', 'number', /that is no JSON \(.*\), and "x" is a number/],
  ['yes', 'boolean', /that is no JSON \(.*\), and "x" is true or false/],
  ['1,2', 'Map(2)', /that is no JSON \(.*\), and "x" is Map/],
])('%s over %s is refused', (text, recorded, why) => {
  const said = read(text, recorded) as string;
  const [head, tail] = [`FLOW_USAGE --set.x=${text} is refused: `, `. ${QUOTE(text)}`];
  expect([said.slice(0, head.length), said.slice(-tail.length)]).toEqual([head, tail]);
  const middle = said.slice(head.length, -tail.length);
  if (typeof why === 'string') expect(middle).toBe(why);
  else expect(middle).toMatch(why);
});

test('what held instances says so, since text gives none', async () => {
  class Price {
    constructor(readonly cents: number) {}
  }
  const f = flow('prices', { codecs: [instance(Price)] });
  const start = f.start(() => ({
    price: new Price(1),
    rows: [{ by: new Map([['a', new Price(2)]]) }],
    plain: [{ n: 1 }],
  }));
  const defined = f.end(f.step('next', { after: start }, ({ self }) => ({ n: self.plain.length })));
  const e = new MemoryEngine();
  await e.run(defined);
  const notes: string[] = [];
  await spin({
    ...{ graph: requireGraph(defined), store: e.store, params: {}, user: 'tester', cwd: '', log: () => {} },
    selection: { step: 'next', namespace: 'user:tester' },
    set: { price: new TypedText('2.5'), rows: new TypedText('[{"by":{}}]'), plain: new TypedText('[]') },
    emit: (event) => notes.push(event.type === 'override-unknown' ? event.message : event.type),
  });
  const held = 'held instances (Price), which text cannot give: a file can, by --artifacts=given.ts.';
  expect(notes.filter((note) => note.includes('"'))).toEqual([
    `"price" is Price in the inputs, and is given as a number. "price" ${held}`,
    `"rows" ${held}`,
  ]);
});
