/**
 * Random sequences of misbehaviours, and what must hold of each: every command ends in time with the right code, the next task
 * is unharmed, a spin ends as the task of a run does, nothing is left running.
 *
 * How sequence number i of a seed is drawn: every pair of a misbehaviour and a surface comes once in each round of as many
 * sequences as there are pairs, in an order that the seed and the round give. fast-check draws the rest from the seed and i:
 * up to two more misbehaviours, where the pair's one stands among them, how many workers, and whether the command has a process
 * of its own. So a sequence depends on nothing but its seed and its number.
 *
 * A process costs more than all the rest. Commands are executed in one process that stays, unless the sequence says otherwise,
 * and spins of one run take the misbehaviours as a split's input by `--set`.
 */
import fc from 'fast-check';
import { Runner } from '../../src/testing';
import { killShared, MARK, type Result, type Workspace } from '../kit/workspace';
import { hostileFlow, MISBEHAVIOURS, type Misbehaviour, NAMES_FILE } from './misbehaviours';

export const SURFACES = [
  'run',
  'spin',
  'spin --all',
  'resume',
  'Runner',
  'run together',
  'spin together',
] as const;
export type Surface = (typeof SURFACES)[number];

export interface Sequence {
  surface: Surface;
  names: readonly string[];
  workers: number;
  /** The command has a process of its own; of several spins, the last one. */
  own?: boolean;
  /** A second command with the same: a resume of what failed, a whole run of a Runner. */
  again?: boolean;
}

export const NAMES = Object.keys(MISBEHAVIOURS);
export const PAIRS = SURFACES.flatMap((surface) => NAMES.map((name) => ({ surface, name })));

/** The sequence number `index` of a seed. */
export function sequence(seed: number, index: number): Sequence {
  const round = Math.floor(index / PAIRS.length);
  const order = drawn(fc.shuffledSubarray(PAIRS, { minLength: PAIRS.length }), seed + 7919 * round);
  const { surface, name } = order[index % PAIRS.length] as (typeof PAIRS)[number];
  const { others, at, workers, own, again } = drawn(REST, seed + 104_729 * (index + 1));
  const names = others.toSpliced(at % (others.length + 1), 0, name);
  return { surface, names, workers, own: own === 0, again: again === 0 };
}

const REST = fc.record({
  others: fc.array(fc.constantFrom(...NAMES), { maxLength: 2 }),
  at: fc.nat(2),
  workers: fc.integer({ min: 1, max: 2 }),
  own: fc.nat(4),
  again: fc.nat(3),
});

const drawn = <T>(from: fc.Arbitrary<T>, seed: number): T =>
  fc.sample(from, { seed: seed % 2 ** 31, numRuns: 1 })[0] as T;

/** All splits are executed in a worker or two. */
const TOGETHER = '--with=concurrency=5';

/** The longest that a command may take. Milliseconds. */
const IN_TIME_MS = 30_000;

const of = (name: string) => MISBEHAVIOURS[name] as Misbehaviour;
/** After each misbehaviour, a split looks at what a task finds. */
const splits = (names: readonly string[]) => names.flatMap((name) => [name, '']);
const failing = (names: readonly string[]) => names.filter((name) => of(name).fails).length;

export class Hostile {
  /** Executions of misbehaviours. */
  executed = 0;
  readonly #ws: Workspace;
  #begun: Promise<void> | undefined;
  /** What a task finds before anything misbehaves: in the process of a command, and in a worker. */
  readonly #unharmed: { command?: object; worker?: object } = {};

  /** @param ws whose commands share a process */
  constructor(ws: Workspace) {
    this.#ws = ws;
    ws.write('caught.flow.ts', hostileFlow('caught', ", catch: 'why'"));
    ws.write('hard.flow.ts', hostileFlow('hard'));
    // The processes of Runners are known by it, too.
    process.env[MARK] = ws.folder;
  }

  /** @throws with what does not hold */
  async check(one: Sequence): Promise<void> {
    this.#begun ??= this.#begin();
    await this.#begun;
    this.executed += one.names.length;
    try {
      await this.#check(one);
      await this.#ws.quiet();
    } catch (error) {
      for (const { pid } of this.#ws.processes()) process.kill(pid, 'SIGKILL');
      killShared();
      throw error;
    }
  }

  async #check(one: Sequence): Promise<void> {
    if (one.surface === 'run together') await this.#run(one, ['run', 'caught', TOGETHER]);
    else if (one.surface === 'spin together') await this.#spinAll(one, TOGETHER);
    else if (one.surface === 'run') await this.#run(one, ['run', 'caught']);
    else if (one.surface === 'spin') await this.#spin(one);
    else if (one.surface === 'spin --all') await this.#spinAll(one);
    else if (one.surface === 'Runner') await (one.again ? this.#runnerRuns(one) : this.#runnerSpins(one));
    // Run 1 has the first step, and nothing else.
    else if (!one.again) await this.#run(one, ['resume', 'caught', '--origin=1'], { taken: 1 });
    else await this.#resumeAgain(one);
  }

  /** Run 1 stopped after its first step, run 2 is whole. */
  async #begin(): Promise<void> {
    this.#ws.write(NAMES_FILE, '');
    await this.#ws.ok(['run', 'caught', '--until=start']);
    await this.#ws.ok(['run', 'caught']);
    const spun = (await this.#ws.ok(['spin', 'caught', '2/each', '--index=0', '--json'])).json;
    const all = (await this.#ws.ok(['spin', 'caught', '2/each', '--all', '--json'])).json;
    this.#unharmed.command = found(spun);
    this.#unharmed.worker = found(all.splits[0]);
  }

  /** A run in which all failures are caught, and what its last step was told of each split. */
  async #run({ names, workers, own }: Sequence, command: string[], taken?: { taken: number }): Promise<void> {
    this.#ws.write(NAMES_FILE, `${names}`);
    const args = [...command, `--max-workers=${workers}`, '--json'];
    const { code, json } = await this.#command(args, own);
    const done = 4 + splits(names).length - (taken?.taken ?? 0);
    expect([code, json]).toMatchObject([0, { status: 'done', tasks: { done, failed: 0, ...taken } }]);
    const pathspec = `${json.pathspec}/all`;
    const { artifacts } = (await this.#command(['dump', pathspec, '--json'])).json;
    // Those that are executed together find what the others change meanwhile.
    const looked = command.includes(TOGETHER) ? expect.any(Object) : artifacts.before;
    const expected = names.flatMap((name) => [say(of(name).fails) ?? 'done', looked]);
    expect(artifacts.told).toEqual(expected);
    expect(artifacts.after).toEqual(artifacts.before);
  }

  /** One after another in the process that executes the commands, and what the next one finds there. */
  async #spin({ names, own }: Sequence): Promise<void> {
    for (const [i, name] of names.entries()) {
      const { fails, spinFails = fails, harsh } = of(name);
      const args = spinOf([name, ''], '--index=0');
      // Which of the command's own descriptors it closes is chance: that the command ends is all that can be said.
      if (harsh) await this.#command(args, true);
      else {
        const { code, json } = await this.#command(args, own && i === names.length - 1);
        const status = spinFails ? 'failed' : 'done';
        expect([code, json]).toMatchObject([spinFails ? 1 : 0, { status }]);
        expect(json.error?.message).toEqual(say(spinFails));
      }
      const next = await this.#command(spinOf([name, ''], '--index=1'));
      expect([next.code, next.json]).toMatchObject([0, { status: 'done' }]);
      // A listener of the exit stays, to be called then.
      expect(found(next.json)).toEqual({ ...this.#unharmed.command, exits: expect.anything() });
    }
  }

  /** Splits are spun in workers, as tasks of a run are. */
  async #spinAll({ names, workers, own }: Sequence, ...more: string[]): Promise<void> {
    const args = spinOf(splits(names), '--all', `--max-workers=${workers}`, ...more);
    const { code, json } = await this.#command(args, own);
    expect(code).toBe(failing(names) > 0 ? 1 : 0);
    const artifacts = more.length > 0 ? expect.any(Object) : this.#unharmed.worker;
    const next = { status: 'done', artifacts };
    const expected = names.flatMap((name) => [spunAs(of(name).fails), next]);
    expect(json.splits).toMatchObject(expected);
  }

  /** What failed fails again, and nothing else is executed. */
  async #resumeAgain({ names, workers, own }: Sequence): Promise<void> {
    const failed = failing(names);
    const done = 2 + splits(names).length - failed + (failed > 0 ? 0 : 2);
    const more = [`--max-workers=${workers}`, '--json'];
    this.#ws.write(NAMES_FILE, `${names}`);
    const first = await this.#command(['run', 'hard', ...more]);
    expect([first.code, first.json.tasks]).toMatchObject([failed > 0 ? 1 : 0, { done, failed }]);
    const again = await this.#command(['resume', 'hard', ...more], own);
    if (failed === 0) expect([again.code, again.json.error.code]).toEqual([2, 'FLOW_NOTHING_TO_RESUME']);
    else expect([again.code, again.json.tasks]).toMatchObject([1, { done: 0, failed, taken: done }]);
  }

  /** A Runner has a process of its own for each spin, which the step may end. */
  async #runnerSpins({ names }: Sequence): Promise<void> {
    await using runner = new Runner(this.#ws.path('caught.flow.ts'));
    for (const name of names) {
      const artifacts = { names: [name, ''] };
      const { status, error } = await inTime(runner.spin('each', { artifacts, index: 0 }));
      const { fails, spinFails = fails } = of(name);
      expect(status).toBe(spinFails ? 'failed' : 'done');
      if (!of(name).spinFails) expect(error?.message).toEqual(say(fails));
    }
  }

  async #runnerRuns({ names }: Sequence): Promise<void> {
    await using runner = new Runner(this.#ws.path('caught.flow.ts'), { store: this.#ws.path('.flow') });
    this.#ws.write(NAMES_FILE, `${names}`);
    const { status, run } = await inTime(runner.run());
    expect(status).toBe('done');
    const { told, before } = (await run.step('all').task()).artifacts as Record<string, unknown>;
    expect(await told).toEqual(
      await Promise.all(names.flatMap((name) => [say(of(name).fails) ?? 'done', before])),
    );
  }

  /** @param own in a process of its own */
  #command(args: readonly string[], own = false): Promise<Result> {
    return inTime(own ? this.#ws.start(args).done : this.#ws.nxFlow(args), `nx-flow ${args.join(' ')}`);
  }
}

/** On the inputs of run 2, and these. */
const spinOf = (names: readonly string[], ...more: string[]) => [
  ...['spin', 'caught', '2/each', `--set.names=${JSON.stringify(names)}`],
  ...[...more, '--json'],
];

/** Of a split that looks. */
const found = ({ artifacts }: { artifacts: Record<string, { digest: string; preview: string }> }) =>
  Object.fromEntries(
    Object.entries(artifacts).map(([name, { digest, preview }]) => [name, { digest, preview }]),
  );

const say = (fails: RegExp | undefined) => fails && expect.stringMatching(fails);

const spunAs = (fails: RegExp | undefined) =>
  fails ? { status: 'failed', error: { message: say(fails) } } : { status: 'done' };

async function inTime<T>(work: Promise<T>, what = 'the Runner'): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} does not end.`)), IN_TIME_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
