/** The runs that `--from` names: the inputs of each are given to a step in one sweep. */
import { FlowError, isFlowError } from '../../definition/errors';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { inNamespace, requireRun } from '../record/find-run';

export type From = { last: number } | { runs: number[] } | { tag: string };

/** A run that was named; a removed one has no row, and the reason. */
export type NamedRun = { run: number; row: RunRow } | { run: number; why: string };

/** How many tags a sentence names. */
const NAMED = 8;

/** @throws FlowError FLOW_FROM */
export function parseFrom(text: string): From {
  const [, last] = /^last:([1-9]\d{0,8})$/.exec(text) ?? [];
  if (last !== undefined) return { last: Number(last) };
  const [, tag] = /^tag:(.+)$/.exec(text) ?? [];
  if (tag !== undefined) return { tag };
  const runs = text
    .split(',')
    .map((part) => (/^[1-9]\d{0,14}$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (!runs.some(Number.isNaN)) return { runs: [...new Set(runs)] };
  throw new FlowError(
    'FLOW_FROM',
    `--from takes runs, as last:5, as 12,15 or by a tag, as tag:exp*; not "${text}".`,
  );
}

/**
 * In the order in which they were named, otherwise newest first. A number is looked for in all namespaces.
 * @throws FlowError FLOW_RUN_NOT_FOUND, FLOW_FROM where no run has such a tag
 */
export async function namedRuns(
  store: Store,
  flow: string,
  from: From,
  namespace: string | undefined,
): Promise<NamedRun[]> {
  if ('runs' in from) return Promise.all(from.runs.map((run) => namedRun(store, flow, run)));
  return 'tag' in from
    ? withTag(store, flow, from.tag, namespace)
    : newest(store, flow, from.last, namespace);
}

async function namedRun(store: Store, flow: string, run: number): Promise<NamedRun> {
  try {
    return { run, row: await requireRun(store, flow, run) };
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_RUN_REMOVED') throw error;
    return { run, why: 'the run was removed' };
  }
}

async function newest(
  store: Store,
  flow: string,
  count: number,
  namespace: string | undefined,
): Promise<NamedRun[]> {
  const found: NamedRun[] = [];
  for await (const row of store.runs(flow, namespace)) {
    found.push({ run: row.run, row });
    if (found.length === count) break;
  }
  if (found.length > 0) return found;
  const { yet, others } = await inNamespace(store, flow, namespace);
  throw new FlowError('FLOW_RUN_NOT_FOUND', `${flow} has no run${yet}: nx-flow run ${flow}${others}`);
}

async function withTag(
  store: Store,
  flow: string,
  pattern: string,
  namespace: string | undefined,
): Promise<NamedRun[]> {
  const fits = matcher(pattern);
  const found: NamedRun[] = [];
  const tags = new Set<string>();
  for await (const row of store.tagged(flow, { namespace })) {
    if ([...row.tags, ...row.systemTags].some(fits)) found.push({ run: row.run, row });
    for (const tag of row.tags) tags.add(tag);
  }
  if (found.length > 0) return found;
  const { yet } = await inNamespace(store, flow, namespace);
  const listed = [...tags].slice(0, NAMED).join(', ');
  const there =
    tags.size === 0
      ? `its runs have no tags: nx-flow tag ${flow} <run> --add=<tag>`
      : `there are ${listed}${tags.size > NAMED ? ', …' : ''}`;
  throw new FlowError(
    'FLOW_FROM',
    `No run of ${flow}${yet.replace(/ yet$/, '')} has a tag ${pattern.includes('*') ? 'like ' : ''}${pattern}; ${there}.`,
  );
}

/** Whether a tag is the text, in which `*` is any text. */
function matcher(pattern: string): (tag: string) => boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const whole = new RegExp(`^${escaped.join('.*')}$`, 's');
  return (tag) => whole.test(tag);
}
