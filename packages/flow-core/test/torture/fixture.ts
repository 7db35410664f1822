/** The workspace of a lane, and the store from which each trial begins. */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { killShared, MARK, until, Workspace } from '../kit/workspace';
import { type Facts, factsOf, known } from './facts';
import { withStore } from './within';

/** Values in the database and beside it, a file, lists, output; one split fails while a file `fail` is there. */
const FLOW = `import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { file, flow } from '@nx-flow/core';
const f = flow('work');
const start = f.start(() => {
  console.log('begun');
  return { ns: [0, 1, 2, 3, 4, 5, 6, 7], large: Buffer.alloc(90_000, 1), data: file('data.bin') };
});
const each = f.foreach('each', { after: start, over: 'ns' }, async ({ self, input }) => {
  console.log('split ' + input);
  if (input === 5 && existsSync('fail')) throw new Error('as it was told');
  await pause(5);
  return { twice: input * 2, bytes: Buffer.alloc(input % 2 ? 40_000 : 100, self.large[0] + input) };
});
const all = f.join('all', { after: each }, ({ inputs }) => ({
  sum: inputs.reduce((sum, { twice }) => sum + twice, 0),
  sizes: inputs.map(({ bytes }) => bytes.length + bytes[0]),
}));
export default f.end(all);
`;

/** Where the runs of the template lie: 1 is done and tagged, 2 failed, 3 was stopped after its first step. */
export const [DONE, FAILED, STOPPED] = [1, 2, 3];

/** Numbers above are of the trial. */
export const NEWEST = 3;

export interface Template {
  folder: string;
  /** What it holds, by name. */
  facts: Facts;
  /** Of the persisted spins. */
  spins: Facts;
}

export class Lane {
  readonly ws = new Workspace().shareProcess();
  readonly #first: Lane | undefined;
  #template: Promise<Template> | undefined;
  /** How long a run takes, against a quiet machine. */
  speed = 1;

  /** @param first the lane whose template this one takes */
  constructor(first?: Lane) {
    this.#first = first;
    this.ws.write('work.flow.ts', FLOW);
    this.ws.write('data.bin', 'data '.repeat(10_000));
    mkdirSync(this.ws.path('tmp'));
  }

  /** For every command of this lane. */
  get env(): Record<string, string> {
    return { CI: '1', TMPDIR: this.ws.path('tmp'), [MARK]: this.ws.folder };
  }

  template(): Promise<Template> {
    this.#template ??= this.#first ? this.#taken(this.#first) : this.#make();
    return this.#template;
  }

  async #taken(first: Lane): Promise<Template> {
    const template = await first.template();
    for (const name of ['template-dist', 'foreign.nxflow'])
      cpSync(first.ws.path(name), this.ws.path(name), { recursive: true });
    this.speed = first.speed;
    return template;
  }

  /** A store of its own, which nobody has read before. */
  async fresh(store: string): Promise<void> {
    const { folder } = await this.template();
    cpSync(folder, store, { recursive: true });
    rmSync(this.ws.path('dist'), { recursive: true, force: true });
    cpSync(this.ws.path('template-dist'), this.ws.path('dist'), { recursive: true });
  }

  drop(store: string): void {
    rmSync(store, { recursive: true, force: true });
    for (const name of readdirSync(this.ws.folder))
      if (name.startsWith('out-')) rmSync(this.ws.path(name), { force: true });
  }

  /** Resolves when no process of it is alive: brokers end with their last client. @throws after 15 seconds, with what still is */
  gone(): Promise<void> {
    const alive = () => [...this.ws.processes().map(({ command }) => command), ...this.ws.brokers()];
    return until(
      () => alive().length === 0,
      () => `the end of ${alive()}`,
      15_000,
    );
  }

  /** After a failure: nothing of it is alive. @param hangs also in the process that executes commands */
  async recover(hangs: boolean): Promise<void> {
    if (hangs) killShared();
    const alive = () => [...this.ws.processes().map(({ pid }) => pid), ...this.ws.brokers()];
    for (const pid of alive()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }
    await until(() => alive().length === 0, 'the end of what a failure left');
    rmSync(this.ws.path('tmp'), { recursive: true, force: true });
    mkdirSync(this.ws.path('tmp'));
  }

  close(): Promise<void> {
    return this.ws.dispose();
  }

  async #make(): Promise<Template> {
    const { ws } = this;
    const folder = ws.path('template');
    const ok = (...args: string[]) => ws.ok([...args, `--store=${folder}`], { env: this.env });
    await ok('run', 'work', '--tag=kept');
    const spin = (index: number) => ok('spin', 'work', '1/each', `--index=${index}`, '--persist');
    await spin(1);
    const spins = await withStore(join(folder, 'spin'), async (store) => {
      await store.run('work', 1);
      await spin(2);
      return factsOf(store, await known(store));
    });
    // What is written before a broker leaves is in tables, what is written by the next one in its log.
    const facts = await withStore(folder, async (store) => {
      await store.run('work', DONE);
      ws.write('fail', '');
      const failed = await ws.nxFlow(['run', 'work', `--store=${folder}`], { env: this.env });
      if (failed.code !== 1) throw new Error(failed.stderr);
      ws.removeFile('fail');
      await ok('run', 'work', '--until=start');
      await ok('tag', 'work', '1', '--add=late', '--remove=never');
      return factsOf(store, await known(store));
    });
    // A run that the template does not know.
    const other = `--store=${ws.path('other')}`;
    const begun = performance.now();
    await ws.start(['run', 'work', other, '--max-workers=2'], { env: this.env }).done;
    this.speed = (performance.now() - begun) / 800;
    await ws.ok(['export', 'work', '1', 'foreign.nxflow', other], { env: this.env });
    await ws.ok(['step', 'work', 'start'], { env: this.env });
    cpSync(ws.path('dist'), ws.path('template-dist'), { recursive: true });
    await this.gone();
    return { folder, facts, spins };
  }
}
