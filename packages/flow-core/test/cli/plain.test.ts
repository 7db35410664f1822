/** Text from a store or a file does nothing to a terminal; what a step printed may colour it. */
import fc from 'fast-check';
import { ownColors, unmarked } from '../../src/cli/render/colours';
import { coloured, plain, plainJson, uncoloured } from '../../src/cli/render/plain';
import { table } from '../../src/cli/render/table';
import { textWidth } from '../../src/cli/render/text';

test.each([
  ['colours and weights', '\x1b[31mred\x1b[39m \x1b[1;4mbold\x1b[0m \x1b[38;5;8mgrey\x1b[m'],
  ['lines, tabs and line ends of Windows', 'a\tb\nc\r\nd'],
  ['letters of all kinds', 'é 東京 👩‍🚀 שלום'],
])('of what a step printed, %s stay', (_, text) => expect(coloured(text)).toBe(text));

test.each([
  ['a title', '\x1b]0;owned\x07', '\\x1b]0;owned\\x07'],
  ['the clipboard', '\x1b]52;c;aGk=\x1b\\', '\\x1b]52;c;aGk=\\x1b\\'],
  ['a link', '\x1b]8;;http://a\x1b\\b', '\\x1b]8;;http://a\\x1b\\b'],
  ['another place', '\x1b[2J\x1b[1;1H\x1b[1A', '\\x1b[2J\\x1b[1;1H\\x1b[1A'],
  ['hidden text', '\x1b[8mx\x1b[1;8my\x1b[08mz', '\\x1b[8mx\\x1b[1;8my\\x1b[08mz'],
  ['a line that is written over', 'all is well\rfailed', 'all is well\\x0dfailed'],
  ['one byte that begins a sequence', '\x9b31m', '\\x9b31m'],
  ['text that is turned round', 'a\u202egnp.exe\u2066b', 'a\\u202egnp.exe\\u2066b'],
  ['half a character', 'a\ud800b', 'a\\ud800b'],
])('%s is shown as it is written', (_, text, shown) => {
  expect(plain(text)).toBe(shown);
  expect(coloured(text)).toBe(shown);
});

test('JSON stays what it says', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
      expect(JSON.parse(plainJson(json))).toEqual(JSON.parse(json));
      expect(plainJson(json)).not.toMatch(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});

test('a long sequence that does not end costs no time', () => {
  const text = `\x1b[${'1'.repeat(100_000)}`;
  expect(coloured(text)).toBe(text.replace('\x1b', '\\x1b'));
  expect(uncoloured(text)).toBe(text);
});

test('colours of a stored text are shown as they are written, and those of the command pass', () => {
  const { red, bold, dim } = ownColors(true);
  const name = 'zoe\x1b[31mred\x1b[39m';
  const shown = 'zoe\\x1b[31mred\\x1b[39m';
  expect(unmarked(plain(`${red(`by ${bold(name)}!`)} ${name}`))).toBe(
    `\x1b[31mby \x1b[1m${shown}\x1b[22m!\x1b[39m ${shown}`,
  );
  expect(plain(`${ownColors(false).red(name)}`)).toBe(shown);
  expect(textWidth(red(bold('four')))).toBe(4);
  expect(uncoloured(red(name))).toBe(red('zoered'));
  const rows = [
    [name, 'x'],
    ['b\nc', bold('y')],
  ];
  const lines = unmarked(table([{ head: 'User' }, { head: 'N' }], rows, 80, dim)).split('\n');
  expect(lines.slice(1, 3)).toEqual([`${shown}  x`, `b c${' '.repeat(shown.length - 3)}  \x1b[1my\x1b[22m`]);
});
