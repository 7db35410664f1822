/**
 * One run of many tasks while workers are killed, the server is restarted, with or without what it knew, and the coordinator is killed
 * and resumed, at moments that a seed gives. In the end each task is recorded once, and the result is right.
 */
import { createHash } from 'node:crypto';
import { migrateQueue } from '../../src';
import { startPostgres, startRedis } from '../kit/servers';
import { type AgentProcess, type RunProcess, SIGNALS, Site } from '../kit/site';

const FLOW = `
import { flow } from '@nx-flow/core';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
const f = flow('storm', { params: { tasks: z.number() } });
const start = f.start(({ params }) => ({ list: Array.from({ length: params.tasks }, (_, n) => n) }));
const each = f.foreach('each', { after: start, over: 'list' }, async ({ input, log }) => {
  if (input % 2 === 0) await pause(input % 40);
  if (input % 50 === 0) log(\`at \${input}\`);
  return { square: input * input };
});
const sum = f.join('sum', { after: each }, ({ inputs }) => ({
  total: inputs.reduce((total, { square }) => total + square, 0),
}));
export default f.end(sum);
`;

const HAPPENINGS = ['worker', 'worker', 'server', 'coordinator'] as const;

/** What it is about, and the same for equal seeds. */
function drawn(seed: number, number: number): () => number {
  let state = createHash('sha256').update(`${seed} ${number}`).digest().readUInt32LE(0);
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface StormOptions {
  seed: number;
  number: number;
  tasks: number;
  on: 'redis' | 'postgres';
}

/** Gives what happened, in its order. @throws Error where a task was lost or doubled, or the result is wrong */
export async function storm({ seed, number, tasks, on }: StormOptions): Promise<string[]> {
  const random = drawn(seed, number);
  const upTo = (most: number) => Math.floor(random() * most);
  const server = on === 'redis' ? await startRedis({ keeps: random() < 0.5 }) : await startPostgres();
  await migrateQueue(server.url);
  const site = new Site(server.url, { 'storm.flow.ts': FLOW, 'signals.ts': SIGNALS });
  const happened: string[] = [];
  try {
    const agents: AgentProcess[] = await Promise.all(
      ['a', 'b'].map((name) => site.agent(name, { slots: 2 })),
    );
    const settings = { max: 6, params: { tasks } };
    let run = site.run('storm', settings);
    /** The last one that was killed. */
    let last: number | undefined;
    const moments = Array.from({ length: 2 + upTo(3) }, () => upTo(tasks)).sort((a, b) => a - b);
    for (const moment of moments) {
      if (!(await passes(run, moment))) break;
      const what = HAPPENINGS[upTo(HAPPENINGS.length)] as (typeof HAPPENINGS)[number];
      happened.push(`${what} at ${moment}`);
      if (what === 'worker') {
        const at = upTo(2);
        await (agents[at] as AgentProcess).kill();
        agents[at] = await site.agent(at === 0 ? 'a' : 'b', { slots: 2 });
      } else if (what === 'server') {
        await server.kill();
        await server.start();
      } else {
        await run.kill();
        last = runOf(run) ?? last;
        run = last === undefined ? site.run('storm', settings) : site.run('storm', { max: 6, resume: last });
      }
    }
    await requireWhole(site, await doneRun(run, last), tasks);
    return happened;
  } catch (error) {
    const what = happened.join(', ');
    throw new Error(`--seed=${seed} --from=${number} (${on}; ${what}): ${(error as Error).message}`);
  } finally {
    await site.close();
    await server.close();
  }
}

/** The number of the run that is done. @param killed the one before it, which may have been done just then */
async function doneRun(run: RunProcess, killed: number | undefined): Promise<number> {
  try {
    const { status, error, run: number } = await run.outcome;
    if (status !== 'done') throw new Error(`It ended ${status}: ${error?.message}`);
    return number;
  } catch (error) {
    if ((error as { code?: string }).code !== 'FLOW_NOTHING_TO_RESUME' || killed === undefined) throw error;
    return killed;
  }
}

/** Whether so many tasks were done, in this run and those that it took over from, before it ended. */
async function passes(run: RunProcess, moment: number): Promise<boolean> {
  const count = () =>
    run.events.reduce(
      (sum, event) => sum + (event.type === 'task-done' ? 1 : event.type === 'tasks-taken' ? event.count : 0),
      0,
    );
  // Where it cannot even begin, there is no event.
  const isOver = run.outcome.then(
    () => true,
    () => true,
  );
  const isThere = run.event(({ type }) => type === 'run-done' || count() >= moment).then(() => false);
  if (await Promise.race([isThere, isOver])) return false;
  return !run.events.some(({ type }) => type === 'run-done');
}

function runOf(run: RunProcess): number | undefined {
  for (const event of run.events) if (event.type === 'run-started') return event.run;
  return undefined;
}

async function requireWhole(site: Site, run: number, tasks: number): Promise<void> {
  const { row, tasks: rows, values } = await site.recorded('storm', run);
  const places = rows.map(({ step, stack }) => `${step} ${stack.map(({ index }) => index).join()}`);
  const wanted = ['start ', 'sum ', 'end ', ...Array.from({ length: tasks }, (_, n) => `each ${n}`)];
  const doubled = places.length - new Set(places).size;
  const lost = wanted.filter((place) => !places.includes(place)).length;
  if (doubled + lost > 0 || places.length !== wanted.length)
    throw new Error(
      `${lost} tasks are lost, and ${doubled} doubled, of ${wanted.length} in ${places.length} rows.`,
    );
  const notDone = rows.filter(({ status }) => status !== 'done');
  if (row?.status !== 'done' || notDone.length > 0) throw new Error(`${notDone.length} tasks are not done.`);
  const again = rows.filter(({ attempts }) => attempts !== undefined);
  if (again.length > 0) throw new Error(`${again.length} tasks have attempts, and none failed.`);
  const sum = rows.find(({ step }) => step === 'sum');
  const total = sum && values[`sum/${sum.task}`]?.total;
  const right = (tasks * (tasks - 1) * (2 * tasks - 1)) / 6;
  // What was taken over lies in the run that executed it.
  if (sum?.origin === undefined && total !== right) throw new Error(`The total is ${total}, not ${right}.`);
}
