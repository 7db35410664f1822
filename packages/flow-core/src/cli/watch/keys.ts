/** The keys of a watch, on a terminal. */
export interface Key {
  key: string;
  what: string;
  /** What is typed after it, and ended by Enter. */
  asks?: string;
}

/** As `?` lists them. */
export const KEYS: readonly Key[] = [
  { key: 'Enter', what: 'spin again' },
  { key: 'i', what: 'another index: a split of a foreach', asks: 'index' },
  { key: 'a', what: 'all splits, once' },
  { key: 's', what: 'another step', asks: 'step' },
  { key: 'r', what: 'the newest run, or another one', asks: 'run (Enter: the newest)' },
  { key: 'd', what: 'what differs in the changed artifacts of the last spin' },
  { key: 'p', what: 'spin again, and persist it' },
  { key: 'f', what: 'spin again, and write a test of it' },
  { key: '?', what: 'list the keys' },
  { key: 'q', what: 'quit' },
];

/** Keys that are there in each watch. */
const OWN = new Set(['?', 'q']);

/** What the keys do, each with what was typed after it. An entry that is missing is no key. */
export type KeyActions = Record<string, (typed: string) => void>;

export interface KeyScreen {
  /** Lists keys. */
  help(keys: readonly Key[]): void;
  /** What a key has asked for cannot be. */
  refused(why: string): void;
  /** Shows what is being typed: `index: 2`. Undefined ends that. */
  ask(text: string | undefined): void;
}

export interface KeysOptions {
  screen: KeyScreen;
  actions: KeyActions;
  /** Why a key need not ask for anything, as a sentence. Undefined where it may. */
  refuses?(key: string): string | undefined;
  quit(byCtrlC: boolean): void;
  /** Stops this process, until somebody continues it. */
  suspend(): void;
}

/** A key that comes again so soon is held down, or was pasted: it counts once. Milliseconds. */
const HELD_MS = 100;

/** When the terminal is taken back, where nobody could continue this process and the system has not stopped it. Milliseconds. */
const NOT_STOPPED_MS = 100;

/** What Ctrl-C, Ctrl-D, Ctrl-Z, Escape and Backspace are while a terminal gives each key as it is. */
const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_Z = '\x1a';
const ESCAPE = '\x1b';
const BACKSPACE = new Set(['\x7f', '\b']);
/** What arrow keys and their like send. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const SEQUENCE = /\x1b[[O][0-9;]*[A-Za-z~]/g;

export class Keys {
  readonly #options: KeysOptions;
  #asked: { action: string; label: string; typed: string } | undefined;
  #last = { name: '', at: 0 };

  constructor(options: KeysOptions) {
    this.#options = options;
  }

  /** @param text what the terminal has sent */
  read(text: string): void {
    for (const key of text.replace(SEQUENCE, '')) this.#press(key === '\n' ? '\r' : key);
  }

  #press(key: string): void {
    const { screen, actions, refuses, quit, suspend } = this.#options;
    if (key === CTRL_C) quit(true);
    else if (this.#asked) this.#type(this.#asked, key);
    else if (key === CTRL_D) quit(false);
    else if (key === CTRL_Z) suspend();
    else if (key === 'q') quit(false);
    else if (key === '?')
      screen.help(KEYS.filter((one) => OWN.has(one.key) || Object.hasOwn(actions, one.key)));
    else {
      const name = key === '\r' ? 'Enter' : key;
      const known = KEYS.find((one) => one.key === name);
      const why = refuses?.(name);
      if (why !== undefined) screen.refused(why);
      else if (known?.asks !== undefined) {
        this.#asked = { action: name, label: known.asks, typed: '' };
        screen.ask(`${known.asks}: `);
      } else if (Object.hasOwn(actions, name) && !this.#isHeld(name)) actions[name]?.('');
    }
  }

  #isHeld(name: string): boolean {
    const { name: before, at } = this.#last;
    this.#last = { name, at: performance.now() };
    return name === before && this.#last.at - at < HELD_MS;
  }

  #type(asked: { action: string; label: string; typed: string }, key: string): void {
    const { screen, actions } = this.#options;
    if (key === '\r' || key === ESCAPE || key === CTRL_D) {
      this.#asked = undefined;
      screen.ask(undefined);
      if (key === '\r') actions[asked.action]?.(asked.typed.trim());
      return;
    }
    if (BACKSPACE.has(key)) asked.typed = [...asked.typed].slice(0, -1).join('');
    else if (key >= ' ') asked.typed += key;
    screen.ask(`${asked.label}: ${asked.typed}`);
  }
}

/** Reads keys until the returned function is called. Without a terminal there are none. */
export function readKeys(options: Omit<KeysOptions, 'suspend'>): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  // A shell has set another mode since, and Node sets none that it believes to be set.
  const raw = () => stdin.setRawMode(false).setRawMode(true);
  let later: NodeJS.Timeout | undefined;
  const suspend = () => {
    stdin.setRawMode(false);
    // As a terminal does: with the processes that have started this one, such as npx. The shell waits for those.
    process.kill(0, 'SIGTSTP');
    clearTimeout(later);
    later = setTimeout(raw, NOT_STOPPED_MS);
  };
  const keys = new Keys({ ...options, suspend });
  const read = (text: string) => keys.read(text);
  raw();
  stdin.setEncoding('utf8').on('data', read).resume();
  // After Ctrl-Z and `fg`.
  process.on('SIGCONT', raw);
  return () => {
    clearTimeout(later);
    process.off('SIGCONT', raw);
    stdin.off('data', read).pause();
    stdin.setRawMode(false);
  };
}
