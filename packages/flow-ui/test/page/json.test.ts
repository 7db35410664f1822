/** The editor of JSON: where a text is wrong, what was changed, ways into values. */
import { changedOf, editedOf, laidOut, wrongOf } from '../../src/page/logic/json/edits';
import { mistakeIn } from '../../src/page/logic/json/mistake';
import { pathOf, pathText } from '../../src/page/logic/json/path';

describe('a mistake in JSON', () => {
  test.each([
    ['', 1, 1, /missing/],
    ['{"a": 1,}', 1, 8, /No comma stands before }/],
    ['[1, 2', 1, 1, /This \[ has no ]/],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, /comma or }/],
    ['{"a" 1}', 1, 6, /colon/],
    ["{'a': 1}", 1, 2, /name in double quotes/],
    ["['a']", 1, 2, /double quotes/],
    ['[1 2]', 1, 4, /comma or ]/],
    ['[01]', 1, 2, /no number/],
    ['[.5]', 1, 2, /no number/],
    ['[NaN]', 1, 2, /no NaN/],
    ['Alien', 1, 1, /Alien is no value/],
    ['"a\nb"', 1, 1, /line break/],
    ['"a\\x"', 1, 3, /no escape/],
    ['"a', 1, 1, /closing quote/],
    ['{"a": }', 1, 7, /value is expected/],
    ['1 2', 1, 3, /follows/],
    ['[1,]', 1, 3, /No comma/],
  ])('%j is told at %i:%i', (text, line, column, message) => {
    expect(mistakeIn(text)).toMatchObject({ line, column, message: expect.stringMatching(message) });
  });

  test('is in no text that JSON.parse takes', () => {
    for (const text of ['null', ' {"a":[1,-2.5e3,"\\u00e9\\n",true,{}]} ', '[]', '"x"'])
      expect(mistakeIn(text)).toBeUndefined();
    expect(mistakeIn('['.repeat(100_000))).toMatchObject({ message: expect.any(String) });
  });
});

test('an edit is what it means: spaces and the order of names are none', () => {
  expect(editedOf({ before: '{"a":1,"b":2}', text: '{ "b": 2, "a": 1 }' })).toEqual({ state: 'same' });
  expect(editedOf({ before: '1', text: '2 ' })).toEqual({ state: 'changed', json: '2' });
  expect(editedOf({ before: '"a"', text: 'a' }).state).toBe('wrong');
  const edits = [
    { name: 'id', before: '12345678901234567890', text: '12345678901234567891' },
    { name: 'list', before: '[1]', text: '[1 ]' },
    { name: 'text', before: '"a b"', text: ' "a  b"' },
  ];
  expect(changedOf(edits)).toEqual({ id: '12345678901234567891', text: '"a  b"' });
  expect(wrongOf(edits)).toBeUndefined();
  expect(wrongOf([{ name: 'x', before: '1', text: '[' }])?.name).toBe('x');
});

test('JSON is laid out over lines, and is the same JSON', () => {
  const json =
    '{"list":[1,2,3],"text":"a, b: {c}","long":["aaaaaaaaaaaaaaaaaaaaaaaa","bbbbbbbbbbbbbbbbbbbbbbbbbb","cccccccccc"],"n":1.50}';
  const text = laidOut(json);
  expect(text).toContain('  "list": [1, 2, 3],\n');
  expect(text).toContain('"n": 1.50');
  expect(JSON.parse(text)).toEqual(JSON.parse(json));
  expect(laidOut('{}')).toBe('{}');
  expect(laidOut('not json')).toBe('not json');
});

test('a way into a value is read and written', () => {
  expect(pathOf('rows[0].title')).toEqual(['rows', 0, 'title']);
  expect(pathOf(' .a["b c"][2] ')).toEqual(['a', 'b c', 2]);
  expect(pathOf('')).toEqual([]);
  expect(pathOf('a[')).toMatch(/no way into a value/);
  const path = ['a', 0, 'b c', 'd'];
  expect(pathOf(pathText(path))).toEqual(path);
});
