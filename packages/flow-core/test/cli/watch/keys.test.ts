import { PassThrough } from 'node:stream';
import { Keys, readKeys } from '../../../src/cli/watch/keys';

function pressed(...texts: string[]): string[] {
  const done: string[] = [];
  const keys = new Keys({
    screen: {
      help: (listed) => done.push(`help ${listed.map(({ key }) => key).join('')}`),
      ask: (text) => done.push(`ask ${text}`),
      refused: (why) => done.push(why),
    },
    refuses: (key) => (key === 's' ? 'no step' : undefined),
    actions: {
      Enter: () => done.push('again'),
      a: () => done.push('all'),
      i: (typed) => done.push(`index ${typed}`),
      r: (typed) => done.push(`run ${typed}`),
    },
    suspend: () => done.push('suspend'),
    quit: (byCtrlC) => done.push(byCtrlC ? 'interrupted' : 'quit'),
  });
  for (const text of texts) keys.read(text);
  return done;
}

test('each key does one thing', () => {
  expect(pressed('\r', 'a', '\n', '?', 'q', '\x04', '\x1a')).toEqual([
    'again',
    'all',
    'again',
    'help Enteriar?q',
    'quit',
    'quit',
    'suspend',
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

test('a key that is held down, or pasted many times, counts once', () => {
  expect(pressed(...'\r'.repeat(200), '\r'.repeat(200), 'a')).toEqual(['again', 'all']);
});

test('Backspace takes a whole sign back', () => {
  expect(pressed('i😀\x7f').at(-1)).toBe('ask index: ');
});

test('Ctrl-Z stops the whole group, whose leader the shell waits for; the terminal is taken anew afterwards', () => {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode(mode: boolean) {
      modes.push(mode);
      return stdin;
    },
  });
  const before = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor;
  Object.defineProperty(process, 'stdin', { ...before, get: () => stdin });
  const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
  jest.useFakeTimers();
  const end = readKeys({ screen: { help() {}, ask() {}, refused() {} }, actions: {}, quit() {} });
  try {
    modes.length = 0;
    stdin.emit('data', '\x1a');
    expect([kill.mock.calls, modes]).toEqual([[[0, 'SIGTSTP']], [false]]);
    process.emit('SIGCONT', 'SIGCONT');
    expect(modes.splice(0)).toEqual([false, false, true]);
    // Where the system does not stop it, nobody continues it.
    jest.runAllTimers();
    expect(modes).toEqual([false, true]);
  } finally {
    end();
    jest.useRealTimers();
    kill.mockRestore();
    Object.defineProperty(process, 'stdin', before);
  }
});

test('where there is nothing to choose, nothing is asked', () => {
  expect(pressed('s', 'a')).toEqual(['no step', 'all']);
});
