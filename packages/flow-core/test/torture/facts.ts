/**
 * What a store says, fact by fact: each is read by itself, so that damage to one does not hide another. A fact is named by what is
 * asked: `run/1`, `value/1/each/3/bytes`.
 */

import { readFileSync } from 'node:fs';
import { FlowClient } from '../../src/client/flow';
import { isFile } from '../../src/store/cas/file';
import type { Store } from '../../src/store/store';
import { encodeValue } from '../../src/store/values/artifacts';

export type Facts = Map<string, string>;

/** The error that was read instead of a fact: its code, or none. */
export class Unread {
  readonly code: string | undefined;
  readonly message: string;

  constructor(error: unknown) {
    const { code, message } = error as { code?: string; message?: string };
    this.code = code;
    this.message = String(message);
  }
}

/** After so many equal errors in a row the rest is not asked. */
const SAME = 5;

/** The names of all that is in a store. */
export async function known(store: Store): Promise<string[]> {
  const names = ['runs', 'newest'];
  for await (const run of new FlowClient('work', store, undefined).runs())
    names.push(...(await ofRun(store, run.number)));
  return names;
}

/** Of one run. */
export async function ofRun(store: Store, number: number): Promise<string[]> {
  const run = await new FlowClient('work', store, undefined).run(number);
  const names = [`run/${number}`, `tags/${number}`, `code/${number}`];
  const steps = new Set<string>();
  for await (const task of run.tasks()) {
    const at = `${number}/${task.step}/${task.number}`;
    names.push(`task/${at}`);
    steps.add(task.step);
    for await (const { name } of task) names.push(`value/${at}/${name}`);
  }
  for (const step of steps) names.push(`logs/${number}/${step}`);
  return names;
}

/** @throws what reading throws */
export async function factsOf(store: Store, names: readonly string[]): Promise<Facts> {
  const facts: Facts = new Map();
  for (const name of names) facts.set(name, await read(store, name));
  return facts;
}

/** As {@link factsOf}; where a fact cannot be read, its error. */
export async function readable(
  store: Store,
  names: readonly string[],
): Promise<Map<string, string | Unread>> {
  const found = new Map<string, string | Unread>();
  const last: Unread[] = [];
  for (const name of names) {
    // A database that cannot be opened says so each time, by a process.
    const same = last.length > SAME ? last[0] : undefined;
    const fact = same ?? (await read(store, name).catch((error) => new Unread(error)));
    found.set(name, fact);
    if (!(fact instanceof Unread) || fact.message !== last[0]?.message) last.length = 0;
    if (fact instanceof Unread) last.push(fact);
  }
  return found;
}

async function read(store: Store, name: string): Promise<string> {
  const [kind, number = '', step = '', task = '', artifact = ''] = name.split('/');
  const flow = new FlowClient('work', store, undefined);
  if (kind === 'runs') {
    const numbers: number[] = [];
    for await (const run of flow.runs()) numbers.push(run.number);
    return JSON.stringify(numbers);
  }
  if (kind === 'newest') return String((await new FlowClient('work', store, 'user:tester').latest()).number);
  if (kind === 'code') return JSON.stringify(await store.code('work', Number(number)));
  const run = await flow.run(Number(number));
  if (kind === 'run') return JSON.stringify([run.status, run.user, run.namespace, run.counts, run.code]);
  if (kind === 'tags') return JSON.stringify([...run.tags].sort());
  if (kind === 'logs') {
    const lines: string[] = [];
    for await (const { text } of store.logs('work', Number(number), step)) lines.push(text);
    return JSON.stringify(lines.sort());
  }
  const one = await run.step(step).task(Number(task));
  if (kind === 'task') return JSON.stringify([one.status, one.kind, one.index, one.error?.message]);
  return digest(await one.artifacts[artifact]);
}

/** Of the value itself, not the one that was recorded beside it. */
function digest(value: unknown): string {
  const bytes = isFile(value) ? readFileSync((value as unknown as { path: string }).path) : value;
  return encodeValue('it', bytes).digest();
}
