/**
 * gc beside spins that a debugger holds, as they are typed: whatever is removed meanwhile, a spin that has begun to read its run
 * goes on with all of it. `GC_ROUNDS=200` does it as often.
 */
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Debugger } from '../kit/debugger';
import { type Result, Workspace } from '../kit/workspace';

const ROUNDS = Number(process.env.GC_ROUNDS ?? 1);

const ws = new Workspace().shareProcess();
const started: Debugged[] = [];
afterAll(() => {
  for (const spin of started) spin.kill();
  return ws.dispose();
});

/** The join reads one of its inputs, and the others when the debugger lets it go on. */
const FLOW = `const start = f.start(({ current }) => ({
  ns: [0, 1, 2, 3],
  own: Buffer.alloc(200_000, 10 * (Number(current.run.split('/').at(-1)) % 25)),
}));
const each = f.foreach('each', { after: start, over: 'ns' }, ({ self, input }) => ({
  bytes: Buffer.alloc(60_000, self.own[199_999] + input),
}));
const all = f.join('all', { after: each }, ({ inputs }) => {
  debugger;
  const first = inputs[0].bytes[59_999];
  debugger;
  return { sums: [first, ...inputs.slice(1).map(({ bytes }) => bytes[59_999] + bytes[0])], own: inputs[2].own };
});
export default f.end(all);
`;

/** A spin that stops at the first line of the command, at that of the step, and in the middle of the step. */
class Debugged {
  readonly #spin;
  #client: Debugger | undefined;
  #stops = 0;
  #stopped = () => {};

  constructor(run: number) {
    started.push(this);
    this.#spin = ws.start(['spin', 'films', `${run}/all`, '--json'], { node: ['--inspect-brk=127.0.0.1:0'] });
    let told = '';
    this.#spin.child.stderr?.on('data', async (text) => {
      told += text;
      if (told.includes('Waiting for the debugger to disconnect')) this.#client?.close();
      const url = /ws:\/\/\S+/.exec(told)?.[0];
      if (url === undefined || this.#client) return;
      told = '';
      this.#client = await Debugger.connect(url, (method) => {
        if (method !== 'Debugger.paused') return;
        this.#stops++;
        this.#stopped();
      });
      await this.#client.send('Runtime.enable');
      await this.#client.send('Debugger.enable');
      await this.#client.send('Runtime.runIfWaitingForDebugger');
    });
  }

  /** Resolves at the nth stop, or when the command has ended. */
  async at(stop: number): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#stopped = () => this.#stops >= stop && resolve();
      this.#stopped();
    });
    await Promise.race([stopped, this.#spin.done]);
  }

  /** Goes on to the nth stop. */
  async on(stop: number): Promise<void> {
    this.#resume();
    await this.at(stop);
  }

  #resume(): void {
    if (this.#client?.socket.writable) void this.#client.send('Debugger.resume');
  }

  kill(): void {
    if (this.#spin.child.exitCode === null) this.#spin.child.kill('SIGKILL');
  }

  async end(): Promise<Result> {
    this.#resume();
    return this.#spin.done;
  }
}

/** As if all large values had been stored long ago. */
function age(): void {
  const cas = ws.path('.flow', 'cas');
  for (const name of readdirSync(cas, { recursive: true }) as string[]) utimesSync(join(cas, name), 0, 0);
}

const gc = async () => {
  age();
  return (await ws.ok(['gc', '--keep-last=1', '--namespace=everybody', '--json'])).json;
};
const run = async () => Number((await ws.ok(['run', 'films', '--json'])).json.pathspec.split('/')[1]);

/** All of it is what the run has recorded, which was read, too. */
function isRight({ code, json, stderr }: Result): void {
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const changes = Object.values<{ change: string }>(json.artifacts).map(({ change }) => change);
  expect(changes).toEqual(['same', 'same']);
}

test('a spin that stands in its step reads all of a run that was removed; one that had not begun is told', async () => {
  ws.flow('films', FLOW);
  const count = { gc: 0, early: 0, inTheStep: 0, inTheMiddle: 0, freed: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const old = await run();
    await run();
    const [early, first, middle] = [new Debugged(old), new Debugged(old), new Debugged(old)] as const;
    await Promise.all([early.at(1), first.at(1), middle.at(1)]);
    await Promise.all([first.on(2), middle.on(2)]);
    await middle.on(3);
    const { runs } = await gc();
    expect(runs).toContainEqual(expect.objectContaining({ pathspec: `films/${old}`, kept: true }));
    const rm = (await ws.ok(['rm', 'films', `${old}`, '--json'])).json;
    expect([rm.removed, rm.read, rm.files]).toEqual([[`films/${old}`], [`films/${old}`], 0]);
    await early.on(2);
    const told = await early.end();
    expect([told.code, told.stderr]).toEqual([2, expect.stringMatching(/FLOW_RUN_REMOVED {2}The run films/)]);
    await first.on(3);
    expect(await gc()).toMatchObject({ read: [`films/${old}`], files: 0 });
    const results = await Promise.all([first.end(), middle.end()]);
    for (const result of results) isRight(result);
    const after = await gc();
    expect([after.read, after.files]).toEqual([[], 5]);
    count.gc += 3;
    count.early++;
    count.inTheStep++;
    count.inTheMiddle++;
    count.freed += after.files;
  }
  expect((await ws.ok(['verify', '--read-data', '--json'])).json.problems).toEqual([]);
  if (process.env.GC_ROUNDS) console.log(JSON.stringify({ rounds: ROUNDS, ...count }));
}, 3_600_000);
