/** What must hold after each input, whatever it was. */
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must } from './door';

/** The most time and memory for one input: the machine may be busy, and garbage waits to be collected. */
const [LONGEST_MS, MOST_MB] = [5000, 400];

/** Folders around the one that a door is given: a path that leads out of it ends in one of them. */
const AROUND = 4;

const PROTOTYPES = [Object, Array, Function, String, Number, Error, Map, Promise, Buffer].map(
  ({ name, prototype }) => ({ name, prototype, keys: new Set(Reflect.ownKeys(prototype)) }),
);

export class Watch {
  /** What the door is given. */
  readonly folder: string;
  readonly #around: string[] = [];
  #before: string;
  #kb = 0;
  #since = 0;

  /** @param root an empty folder */
  constructor(root: string) {
    let folder = root;
    for (let i = 0; i < AROUND; i++) {
      this.#around.push(folder);
      mkdirSync(join(folder, 'outside'));
      this.#around.push(join(folder, 'outside'));
      folder = join(folder, 'in');
      mkdirSync(folder);
    }
    this.folder = folder;
    this.#before = this.#outside();
  }

  begin(): void {
    this.#kb = process.resourceUsage().maxRSS;
    this.#since = performance.now();
  }

  /** @throws with what does not hold */
  end(): void {
    const ms = performance.now() - this.#since;
    must(ms < LONGEST_MS, `It took more than ${LONGEST_MS} ms.`);
    const mb = (process.resourceUsage().maxRSS - this.#kb) / 1024;
    must(mb < MOST_MB, `It took more than ${MOST_MB} MB.`);
    for (const { name, prototype, keys } of PROTOTYPES) {
      const more = Reflect.ownKeys(prototype).filter((key) => !keys.has(key));
      // The next input finds it as it was.
      for (const key of more) Reflect.deleteProperty(prototype, key);
      must(more.length === 0, `The prototype of ${name} has got ${more.map(String)}.`);
    }
    const now = this.#outside();
    if (now === this.#before) return;
    const before = this.#before;
    this.#before = now;
    must(false, `Something was written outside: ${now}, before ${before}`);
  }

  #outside(): string {
    return this.#around.map((folder) => `${dirname(folder)} ${readdirSync(folder)}`).join('\n');
  }
}
