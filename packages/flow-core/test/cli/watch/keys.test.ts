import { Keys } from '../../../src/cli/watch/keys';

function pressed(...texts: string[]): string[] {
  const done: string[] = [];
  const keys = new Keys({
    screen: { help: () => done.push('help'), ask: (text) => done.push(`ask ${text}`) },
    actions: {
      Enter: () => done.push('again'),
      a: () => done.push('all'),
      i: (typed) => done.push(`index ${typed}`),
      r: (typed) => done.push(`run ${typed}`),
    },
    quit: (byCtrlC) => done.push(byCtrlC ? 'interrupted' : 'quit'),
  });
  for (const text of texts) keys.read(text);
  return done;
}

test('each key does one thing', () => {
  expect(pressed('\r', '\n', 'a', '?', 'q', '\x04')).toEqual([
    'again',
    'again',
    'all',
    'help',
    'quit',
    'quit',
  ]);
});

test('what is no key does nothing, nor do arrows', () => {
  expect(pressed('x', 'A', '\x1b[A', '\x1bOB', '\x1b[3~', 'd', 'f')).toEqual([]);
});

test('what is typed after a key, ended by Enter', () => {
  expect(pressed('i', '1', '3', '\x7f', '2', '\r')).toEqual([
    'ask index: ',
    'ask index: 1',
    'ask index: 13',
    'ask index: 1',
    'ask index: 12',
    'ask undefined',
    'index 12',
  ]);
});

test('pasted at once', () => {
  expect(pressed('r12\r').at(-1)).toBe('run 12');
});

test('Escape takes it back; q is typed; Ctrl-C ends all the same', () => {
  expect(pressed('i', '1', '\x1b', 'a').slice(-2)).toEqual(['ask undefined', 'all']);
  expect(pressed('i', 'q').at(-1)).toBe('ask index: q');
  expect(pressed('i', '\x03').at(-1)).toBe('interrupted');
});
