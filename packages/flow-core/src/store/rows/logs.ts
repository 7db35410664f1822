/** Reads the output of tasks, by task or by time. */

import { type Entry, type Kv, scan } from '../kv/kv';
import { keys, prefixRange } from '../kv/row-keys';
import { Tally } from './contents';
import { fromJson } from './json';
import type { LogRow } from './rows';
import { type Runs, requireWholeRun } from './whole';

/** Log rows in one page. Each may hold 64 K characters. */
export const LOG_PAGE = 16;

/** How many tasks' first pages are read ahead. Without that, each task would wait for the one before. */
const AHEAD = 32;

/** A piece of a task's output on one stream. */
export type TaskLogRow = LogRow & { step: string; task: number; attempt: number };

export function logRow([key, value]: Entry): TaskLogRow {
  const [, , , step = '', task, attempt] = key.split('/');
  return { ...(fromJson<LogRow>(value) as LogRow), step, task: Number(task), attempt: Number(attempt) };
}

interface Open {
  rows: AsyncGenerator<Entry, void, undefined>;
  /** The next one, as it is recorded. */
  entry: Entry;
  head: TaskLogRow;
}

const headed = (entry: Entry): Pick<Open, 'entry' | 'head'> => ({ entry, head: logRow(entry) });

/**
 * Yields the pieces of a run or a step by the time at which each began; `last`: the task wrote nothing after it.
 * Tasks are read concurrently only where they wrote concurrently. Memory holds a page for each of those and for
 * the next few, and the first row's time of every task that wrote.
 * @throws FlowError FLOW_STORE_CORRUPT at the end, where some of them are lost
 */
export async function* logsByTime(
  store: Runs,
  flow: string,
  run: number,
  step?: string,
): AsyncGenerator<TaskLogRow & { last: boolean }, void, undefined> {
  const { kv } = store;
  const tally = new Tally();
  const waiting = await beginnings(kv, flow, run, step);
  const open: Open[] = [];
  let ahead: Open[] = [];
  for (let next = 0; ; ) {
    if (ahead.length === 0 && next < waiting.length) {
      const group = waiting.slice(next, next + AHEAD);
      ahead = await Promise.all(group.map(({ step: s, task }) => opened(kv, keys.logs(flow, run, s, task))));
      next += AHEAD;
    }
    const now = earliest(open)?.head.at ?? ahead[0]?.head.at;
    if (now === undefined) break;
    if (ahead[0] && ahead[0].head.at <= now) {
      open.push(ahead.shift() as Open);
      continue;
    }
    const at = earliest(open) as Open;
    const { head } = at;
    tally.add(...at.entry);
    const { value } = await at.rows.next();
    if (value) Object.assign(at, headed(value));
    else open.splice(open.indexOf(at), 1);
    yield { ...head, last: !value };
  }
  await requireWholeRun(store, 'log', { flow, run, step }, prefixRange(keys.logs(flow, run, step)), tally);
}

/** Opens a log. It has at least one row, since the caller found it by one. */
async function opened(kv: Kv, prefix: string): Promise<Open> {
  const rows = scan(kv, prefixRange(prefix), LOG_PAGE);
  return { rows, ...headed((await rows.next()).value as Entry) };
}

function earliest(open: readonly Open[]): Open | undefined {
  let found: Open | undefined;
  for (const one of open) if (!found || one.head.at < found.head.at) found = one;
  return found;
}

/** The tasks sorted by when each began to write. The rest of a log beyond a page is skipped. */
async function beginnings(kv: Kv, flow: string, run: number, step?: string) {
  const found: { step: string; task: number; at: number }[] = [];
  const { gte, lt } = prefixRange(keys.logs(flow, run, step));
  for (let from = gte; ; ) {
    const page = await kv.range({ gte: from, lt, limit: LOG_PAGE });
    for (const { step: s, task, at } of page.map(logRow)) {
      const last = found.at(-1);
      if (last?.step !== s || last.task !== task) found.push({ step: s, task, at });
    }
    const last = found.at(-1);
    if (page.length < LOG_PAGE || !last) return found.sort((a, b) => a.at - b.at);
    from = prefixRange(keys.logs(flow, run, last.step, last.task)).lt;
  }
}
