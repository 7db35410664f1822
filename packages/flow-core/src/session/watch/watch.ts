/**
 * Spins one step whenever a file changes that it depends on. This process only watches and shows: each spin is executed by a
 * process of its own, which was made ready before. A save has one answer (spun, unchanged or broken), unless a newer one comes
 * before it.
 */
import { relative } from 'node:path';
import { messageOf } from '../../definition/thrown';
import type { FlowEvent } from '../../engine/task/flow-event';
import { namedFirst } from './answer';
import { Changes } from './changes';
import { isCode, WatchedCode, type WatchedPlace } from './code';
import { DataFiles } from './data';
import { OwnWrites } from './own-writes';
import type { SpareSetup } from './protocol';
import { type Outcome, Running } from './running';
import type { SpareListener } from './spare';
import { Spares } from './spares';
import { latencyOf } from './stamps';
import { type Broken, brokenBy, type WatchListener } from './watch-listener';

export interface WatchOptions {
  place: WatchedPlace;
  setup: SpareSetup;
  /** Files that the command line names: the step sees them, too. */
  files?: readonly string[];
  /** The step that is spun now. */
  step(): string;
  /** The last step of the chain that is spun from there. Absent where that is one step. */
  through?: string;
  /** The command line of its spin. @param more added to it, once */
  argv(more: readonly string[]): readonly string[];
  /**
   * A spin was refused. `again`: another command line may do. `told`: whoever has chosen this one knows, and has another.
   * @param once whether something was added to the command line, for this spin alone
   */
  otherwise?(refusal: Broken, once: boolean): 'again' | 'told' | undefined;
  listener: WatchListener;
}

interface Ask {
  files: Set<string>;
  /** Spin also where the step sees nothing else. */
  forced: boolean;
  since: number;
  /** Added to the command line, once. */
  more: readonly string[];
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #code: WatchedCode;
  readonly #data: DataFiles;
  readonly #changes: Changes;
  readonly #spares: Spares;
  readonly #own = new OwnWrites();
  #ask: Ask | undefined;
  #busy = false;
  #closed = false;
  #running: Running | undefined;
  #count = 0;
  #ready = false;
  /** The last answer was that something is broken: whatever changes may mend it. */
  #broken = false;
  /** The code is being read, for a spin. */
  #reading = false;
  /** Something changed while it was: what was read may be neither the old nor the new. */
  #doubtful = false;

  constructor(options: WatchOptions) {
    const { place, setup, files = [] } = options;
    this.#options = options;
    this.#code = new WatchedCode(place);
    this.#data = new DataFiles(place, { env: setup.env, files });
    this.#spares = new Spares(setup);
    this.#spares.refill();
    this.#changes = new Changes(place.workspace, {
      noted: () => {
        if (this.#reading || this.#running?.isLoading) this.#doubtful = true;
      },
      changed: (paths, since) => this.#queue({ files: new Set(paths), forced: false, since, more: [] }),
      refused: (why) => options.listener.note(why),
      sweep: () => (this.#busy ? [] : [...this.#code.changed(), ...this.#data.walk()]),
    });
  }

  /** Spins, whatever has changed. @param more added to the command line, once */
  again(more: readonly string[] = []): void {
    this.#queue({ files: new Set(), forced: true, since: Date.now(), more });
  }

  /** Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#changes.close();
    const closed = this.#spares.close();
    // It would look for another process in the place of its own.
    await this.#running?.stop();
    await closed;
  }

  #queue(ask: Ask): void {
    const { files, forced, more } = this.#ask ?? ask;
    for (const file of files) ask.files.add(file);
    this.#ask = { ...ask, forced: ask.forced || forced, more: ask.more.length > 0 ? ask.more : more };
    if (!this.#busy) void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    this.#busy = true;
    while (this.#ask && !this.#closed) {
      const ask = this.#ask;
      this.#ask = undefined;
      try {
        await this.#answer(ask);
      } catch (error) {
        this.#tellBroken({ code: 'FLOW_INTERNAL', message: messageOf(error) }, ask);
      }
    }
    this.#busy = false;
  }

  async #answer(ask: Ask): Promise<void> {
    const { listener, step, through } = this.#options;
    const forced = ask.forced || this.#broken || this.#doubtful;
    this.#doubtful = false;
    this.#reading = true;
    try {
      const look = this.#code.look(step(), through);
      if ('broken' in look) {
        await this.#stop();
        this.#watchFolders();
        // What an import may lead to is looked at; what it does lead to, the spin knows.
        if (ask.forced && this.#count > 0) this.#start([], ask);
        else this.#tellBroken(brokenBy(look.broken), ask);
        return;
      }
      if (look.changed.length > 0 || this.#count === 0) this.#data.declare(this.#code.declared());
      const data = this.#dataChanged(ask, look.changed.length > 0);
      const saved = [...ask.files].map((file) => this.#named(file));
      const changed = namedFirst([...look.changed, ...data.others], saved);
      if (changed.length === 0 && !forced) {
        this.#watchFolders();
        const files = [...ask.files].filter((file) => !data.own.has(file));
        if (files.length > 0) listener.unchanged(files);
        return;
      }
      await this.#stop();
      if (this.#ask) return this.#queue({ ...ask, forced: true });
      if (this.#closed) return;
      look.accept();
      this.#broken = false;
      // What was broken is mended, and is what it was before.
      const mended = changed.length === 0 && !ask.forced;
      this.#start(mended ? saved.map((name) => `${name} was saved`) : changed, ask);
    } finally {
      this.#reading = false;
    }
    this.#watchFolders();
    if (!this.#ready) listener.ready();
    this.#ready = true;
  }

  #named(file: string): string {
    return relative(this.#options.place.workspace, file);
  }

  /** Which data files are others, in words, without those that the step itself writes. */
  #dataChanged(ask: Ask, codeChanged: boolean): { others: string[]; own: Set<string> } {
    const { listener, files = [] } = this.#options;
    const known = new Set(this.#code.files);
    // Code is judged by what the step sees of it. What was read with the code has told that it changed.
    const differences = this.#data.changed([...ask.files]);
    const data = [...differences.keys()].filter(
      (file) => files.includes(file) || (!isCode(file) && !(codeChanged && known.has(file))),
    );
    const during = this.#running?.wasAliveAt(ask.since) === true;
    const { own, found } = this.#own.among(data, during);
    if (found.length > 0)
      listener.note(
        `Each spin writes ${found.map((file) => this.#named(file)).join(', ')}: what changes there while a spin is executed is ignored.`,
      );
    const others = data.filter((file) => !own.has(file));
    return { others: others.map((file) => `the file ${this.#named(file)} ${differences.get(file)}`), own };
  }

  /** What is watched follows what was looked for. */
  #watchFolders(): void {
    if (this.#closed) return;
    const { folders } = this.#changes;
    const more = folders.watch(this.#code.files, this.#data.folders, (path) => this.#data.concerns(path));
    if (more) for (const path of [...this.#code.changed(), ...this.#data.walk()]) this.#changes.note(path);
  }

  /** What is executed now sees what was. */
  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (!running?.isAlive) return;
    await running.stop();
    if (!running.isTold) this.#options.listener.stopped(running.n);
  }

  #start(changed: readonly string[], ask: Ask): void {
    const { listener, argv } = this.#options;
    const running = new Running(++this.#count, this.#spares);
    this.#running = running;
    listener.begins(running.n, changed);
    const mine = () => this.#running === running && !this.#closed;
    const heard: SpareListener = {
      event: (event: FlowEvent) => void (mine() && listener.event(event)),
      printed: (text) => void (mine() && listener.printed(text)),
      note: (text) => void (mine() && listener.note(text)),
    };
    const go = { argv: argv(ask.more), columns: listener.columns() };
    running.execute(go, heard).then(
      (outcome) => {
        if (outcome && mine()) this.#tell(running, outcome, changed, ask);
      },
      (error) => {
        if (mine()) this.#tellBroken({ code: 'FLOW_INTERNAL', message: messageOf(error) }, ask);
      },
    );
  }

  #tell(running: Running, outcome: Outcome, changed: readonly string[], ask: Ask): void {
    const { listener, otherwise } = this.#options;
    running.isTold = true;
    const { end } = outcome;
    if (end.type !== 'refused') {
      listener.spun({ n: running.n, changed, latencyMs: latencyOf(ask), ...outcome });
      return;
    }
    // Where it has executed nothing, the next one has its number.
    if (!outcome.done && this.#count === running.n) this.#count--;
    const refusal = { ...end.error, text: end.text };
    const then = otherwise?.(refusal, ask.more.length > 0);
    if (then === 'again') this.again(ask.more);
    else if (then === undefined) this.#tellBroken(refusal, ask);
  }

  #tellBroken(broken: Broken, ask: Ask): void {
    this.#broken = true;
    this.#options.listener.broken(broken, latencyOf(ask));
  }
}
