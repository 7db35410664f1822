/** A storm of saves: of each, the answer must be that of a spin that begins now. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { until, Workspace } from '../../kit/workspace';
import { Draw } from '../../torture/draw';
import { FILES, type Name, StormFiles } from './storm-files';
import { type Line, Watched } from './watched';

const NAMES = Object.keys(FILES) as Name[];
const CODE = ['own', 'near', 'deep'] as const;

export class Storm {
  readonly ws = new Workspace({ name: 'storm', private: true, workspaces: ['packages/*'] });
  readonly files: StormFiles;
  readonly kinds: Record<string, number> = {};
  readonly latencies: number[] = [];
  #watched: Watched | undefined;

  constructor() {
    this.files = new StormFiles(this.ws);
  }

  get watched(): Watched {
    return this.#watched as Watched;
  }

  async begin(): Promise<void> {
    await this.ws.ok(['run', 'storm', '--max-workers=1']);
    this.#watched = new Watched(this.ws, ['storm', 'mid']);
    await this.#seen(0);
  }

  /** One save, or a burst of them. @throws when the answer is missing, stale or another one than a fresh spin gives */
  async save(seed: number, index: number, fresh: boolean): Promise<void> {
    const draw = new Draw(seed, index);
    const before = this.watched.lines.at(-1);
    const kind = draw.of(Object.keys(KINDS)) as keyof typeof KINDS;
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    const from = this.watched.lines.length;
    try {
      await KINDS[kind](this, draw, from);
      if (fresh) await this.#compare();
    } catch (error) {
      throw new Error(
        `save ${index}, ${kind}, after ${JSON.stringify(before)}:\n${(error as Error).message}`,
      );
    }
  }

  async end(): Promise<void> {
    await this.watched.end();
    await this.ws.quiet();
  }

  /** Waits for a spin that has seen what the files are now. */
  async #seen(from: number): Promise<void> {
    const line = await this.watched.line(from, (one) => this.#isRight(one), JSON.stringify(this.files.seen));
    if (line.watch === 'spun') this.latencies.push(line.latencyMs);
  }

  readonly seen = (from: number) => this.#seen(from);

  /** Waits until it says that there is nothing else to see, or has seen it again. */
  readonly same = async (from: number) => {
    await this.watched.line(from, (one) => one.watch === 'unchanged' || this.#isRight(one), 'unchanged');
  };

  readonly broken = async (from: number, code: string) => {
    await this.watched.line(
      from,
      (one) => one.watch === 'broken' && one.error.code === code,
      `broken by ${code}`,
    );
  };

  /** Waits until a step of this number is executed. */
  readonly begun = (wait: number) => {
    const file = this.ws.path('begun');
    return until(() => existsSync(file) && readFileSync(file, 'utf8') === String(wait), 'the step');
  };

  #isRight(line: Line): boolean {
    if (line.watch !== 'spun' || line.status !== 'done') return false;
    const { wait: _, ...seen } = this.files.seen;
    return Object.entries(seen).every(([name, number]) => line.artifacts[name]?.preview === String(number));
  }

  /** The last answer stands: it is what a spin in a process of its own gives. */
  async #compare(): Promise<void> {
    const { json } = await this.ws.ok(['spin', 'storm', this.files.step, '--json']);
    const last = this.watched.lines.findLast(({ watch }) => watch === 'spun' || watch === 'broken');
    const digests = (of: Line | undefined) =>
      of?.watch === 'spun'
        ? Object.entries(of.artifacts).map(([name, { digest }]) => `${name} ${digest}`)
        : [];
    const now = digests({ ...json, watch: 'spun' }).join('\n');
    if (digests(last).join('\n') !== now)
      throw new Error(`A spin gives ${JSON.stringify(json)}, it answered ${JSON.stringify(last)}`);
  }
}

type Kind = (storm: Storm, draw: Draw, from: number) => Promise<void>;

const KINDS = {
  async plain({ files, seen }, draw, from) {
    files.set(draw.of(NAMES));
    await seen(from);
  },
  async renamed({ files, seen }, draw, from) {
    const name = draw.of(NAMES);
    files.seen[name] = files.next();
    files.replace(name);
    await seen(from);
  },
  async comment({ files, same }, draw, from) {
    files.write(draw.of(CODE), `comment ${files.next()}`);
    await same(from);
  },
  async untouched({ files, same }, draw, from) {
    files.write(draw.of(NAMES));
    await same(from);
  },
  async broken({ files, watched, seen, broken }, draw, from) {
    const name = draw.of(CODE);
    files.break(name);
    await broken(from, 'FLOW_SYNTAX');
    const mended = watched.lines.length;
    files.set(name);
    await seen(mended);
  },
  async brokenForMoments({ files, seen }, draw, from) {
    const name = draw.of(CODE);
    files.break(name);
    await pause(draw.int(0, 60));
    files.set(name);
    await seen(from);
  },
  async burst({ files, seen }, draw, from) {
    for (let left = draw.int(5, 30); left > 0; left--) {
      const name = draw.of(NAMES);
      if (draw.part() < 0.5) files.set(name);
      else {
        files.seen[name] = files.next();
        files.replace(name);
      }
      if (draw.part() < 0.7) await pause(draw.int(0, 50));
    }
    await seen(from);
  },
  async thereAndBack({ files, same }, draw, from) {
    const name = draw.of(NAMES);
    const was = files.seen[name];
    files.set(name);
    await pause(draw.int(0, 80));
    files.set(name, was);
    await same(from);
  },
  async executing({ files, ws, seen, begun }, draw, from) {
    rmSync(ws.path('begun'), { force: true });
    files.seen.wait = files.next();
    files.set('own');
    await begun(files.seen.wait);
    await pause(draw.int(0, 30));
    files.seen.wait = 0;
    files.set('own');
    await seen(from);
  },
  async loading({ files, seen }, draw, from) {
    // The second save comes while the code of the first is being read.
    files.set(draw.of(NAMES));
    await pause(40 + draw.int(0, 30));
    files.set(draw.of(NAMES));
    await seen(from);
  },
  async removed({ files, watched, seen }, draw, from) {
    const name = draw.of(['own', 'near', 'deep', 'json'] as const);
    files.remove(name);
    await watched.line(from, ({ watch }) => watch === 'broken', 'broken');
    const back = watched.lines.length;
    files.set(name);
    await seen(back);
  },
  async exchanged({ files, seen }, draw, from) {
    files.exchange(draw.of(['deep', 'data'] as const));
    await seen(from);
  },
  async renamedStep({ files, watched, seen, broken }, _, from) {
    files.step = 'other';
    files.write('own');
    await broken(from, 'FLOW_STEP_NOT_FOUND');
    const back = watched.lines.length;
    files.step = 'mid';
    files.set('own');
    await seen(back);
  },
} satisfies Record<string, Kind>;
