/** Logs: lines out of pieces, colours of terminals as pieces of text, search. */
import { plain, spansOf } from '../../src/page/logic/log/ansi';
import { find, hits, nextOf } from '../../src/page/logic/log/find';
import { untold } from '../../src/page/logic/log/heard';
import { Lines } from '../../src/page/logic/log/lines';

const ESC = '\u001b';
const piece = (text: string, stream: 'stdout' | 'stderr' = 'stdout', attempt = 0) => ({
  text,
  stream,
  attempt,
  at: 1,
});

test('partial lines of two streams do not mix', () => {
  const lines = new Lines();
  lines.add([piece('on'), piece('wrong\n', 'stderr'), piece('e\ntwo\n\nthr')]);
  lines.add([piece('ee', 'stdout'), piece('next', 'stdout', 1)]);
  expect(lines.all.map(({ text, stream }) => [text, stream])).toEqual([
    ['one', 'stdout'],
    ['wrong', 'stderr'],
    ['two', 'stdout'],
    ['', 'stdout'],
    ['three', 'stdout'],
    ['next', 'stdout'],
  ]);
});

test('colours become names, other escapes nothing', () => {
  expect(spansOf(`a${ESC}[1;31mb${ESC}[22mc${ESC}[0md`)).toEqual([
    { text: 'a', names: [] },
    { text: 'b', names: ['bold', 'red'] },
    { text: 'c', names: ['red'] },
    { text: 'd', names: [] },
  ]);
  expect(
    spansOf(`${ESC}[38;5;12mx${ESC}[38;2;1;2;3my${ESC}[92mz${ESC}[39m.`).map(({ names }) => names),
  ).toEqual([['bright-blue'], [], ['bright-green'], []]);
  expect(plain(`${ESC}[2K${ESC}]8;;http://x${ESC}\\link${ESC}]8;;\u0007 ${ESC}[?25lend${ESC}`)).toBe(
    'link end',
  );
  expect(plain('10 %\r50 %\r100 %\r')).toBe('100 %');
  expect(plain('<b>&amp;\u0000')).toBe('<b>&amp;');
});

test('a search finds what is seen, and goes round', () => {
  const lines = new Lines();
  lines.add([piece(`Alpha\nbeta\n${ESC}[31mal${ESC}[0mpha\n`)]);
  expect(find(lines.all, 'ALPHA')).toEqual([0, 2]);
  expect(find(lines.all, '')).toEqual([]);
  expect(nextOf([0, 2], 0, 1)).toBe(2);
  expect(nextOf([0, 2], 2, 1)).toBe(0);
  expect(nextOf([0, 2], 0, -1)).toBe(2);
  expect(nextOf([], 0, 1)).toBeUndefined();
  expect(hits('an Ant ran', 'an')).toEqual(['', 'an', ' ', 'An', 't r', 'an', '']);
});

test('what was heard and is in no reply yet follows after what replies had', () => {
  const heard = ['one\n', 'tw', 'o\n', 'three\n'].map(printed);
  expect(untold(heard, '')).toEqual(heard);
  expect(untold(heard, 'zero\none\ntw')).toEqual(heard.slice(2));
  expect(untold(heard, 'one\ntwo\nthree\n')).toEqual([]);
  // Replies ended before the first that was heard.
  expect(untold(heard, 'zero\n')).toEqual(heard);
});

test('lines that were heard are shown before a reply has them, and are not kept', () => {
  const lines = new Lines();
  lines.add(['one\nt'].map(printed));
  const shown = lines.before(['wo\n', 'three\n'].map(printed));
  expect(shown.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  lines.add(['wo\nthree\n'].map(printed));
  expect(lines.all.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
});

const printed = (text: string) => ({ stream: 'stdout' as const, at: 0, attempt: 0, text });
