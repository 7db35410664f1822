/** Runs of all flows together: filtered, sorted, a page at a time. */
import type { Run, StoreClient } from '@nx-flow/core/ui';
import type { RunEntry, RunsQuery, RunsReply } from '../../api/routes';
import { notUnderstood } from '../replies';
import type { RunCounts } from './counts';
import { currentSteps, runEntry } from './run-entry';
import { filterOf } from './run-filter';

const [DEFAULT_LIMIT, LARGEST_LIMIT] = [100, 1000];
/** Runs that are looked at for one page, where they are not in the order of their start. */
const LOOKED_AT = 50_000;

type Key = number | string;

const KEYS: Record<string, (run: Run<unknown>) => Key> = {
  started: (run) => run.startedAt.getTime(),
  duration: (run) => run.durationMs ?? Date.now() - run.startedAt.getTime(),
  flow: (run) => run.flow,
  status: (run) => run.status,
};

/** @throws FlowError FLOW_UI_REQUEST for a filter that is none */
export async function listRuns(client: StoreClient, query: RunsQuery, counts: RunCounts): Promise<RunsReply> {
  const [, down, by = ''] = /^(-?)(\w+)$/.exec(query.sort ?? '-started') ?? [];
  const key = Object.hasOwn(KEYS, by) ? KEYS[by] : undefined;
  if (!key)
    throw notUnderstood(`Runs are sorted by ${Object.keys(KEYS).join(', ')}, not by "${query.sort}".`);
  const wanted = filterOf(query);
  const order = (a: Place, b: Place) => (down === '-' ? -1 : 1) * compare(a, b);
  const after = placeOf(query.cursor);
  const limit = Math.min(Number(query.limit) || DEFAULT_LIMIT, LARGEST_LIMIT);
  const found: { run: Run<unknown>; place: Place }[] = [];
  const newestFirst = by === 'started' && down === '-';
  let looked = 0;
  for await (const run of merged(client, query.flow)) {
    const place: Place = [key(run), run.flow, run.number];
    if (after && order(place, after) <= 0) continue;
    if (++looked > LOOKED_AT) break;
    if (!wanted(run)) continue;
    found.push({ run, place });
    // One more says whether there are more.
    if (newestFirst && found.length > limit) break;
  }
  found.sort((a, b) => order(a.place, b.place));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    runs: await Promise.all(page.map(({ run }) => entryOf(run, counts))),
    ...(last && found.length > limit ? { cursor: JSON.stringify(last.place) } : {}),
  };
}

async function entryOf(run: Run<unknown>, counts: RunCounts): Promise<RunEntry> {
  const entry = runEntry(run);
  return run.status === 'running' ? { ...entry, current: await currentSteps(run, counts) } : entry;
}

type Place = [key: Key, flow: string, run: number];

function compare(a: Place, b: Place): number {
  for (const i of [0, 1, 2] as const) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [key, flow, run] = JSON.parse(cursor) as Place;
    if (typeof flow === 'string' && typeof run === 'number') return [key, flow, run];
  } catch {}
  throw notUnderstood('The cursor is none that this server gave.');
}

/** The runs of all flows, or of one, newest first: of each flow they come by their numbers, which is by their start. */
async function* merged(client: StoreClient, only: string | undefined): AsyncGenerator<Run<unknown>> {
  const heads: { runs: AsyncIterator<Run<unknown>>; run: Run<unknown> }[] = [];
  for await (const flow of client.flows()) {
    if (only !== undefined && flow.name !== only) continue;
    const runs = flow.runs() as AsyncIterator<Run<unknown>>;
    const { value, done } = await runs.next();
    if (!done) heads.push({ runs, run: value });
  }
  try {
    while (heads.length > 0) {
      const newest = heads.reduce((a, b) => (b.run.startedAt > a.run.startedAt ? b : a));
      yield newest.run;
      const { value, done } = await newest.runs.next();
      if (done) heads.splice(heads.indexOf(newest), 1);
      else newest.run = value;
    }
  } finally {
    for (const { runs } of heads) await runs.return?.(undefined);
  }
}
