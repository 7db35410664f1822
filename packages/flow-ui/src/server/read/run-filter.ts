/** The filters of a list of runs. */
import type { Run } from '@nx-flow/core/ui';
import type { RunsQuery } from '../../api/routes';
import { notUnderstood } from '../replies';

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

type Filter = (run: Run<unknown>) => boolean;

/** @throws FlowError FLOW_UI_REQUEST for a time that is none */
export function filterOf(query: RunsQuery): Filter {
  const { user, namespace } = query;
  const [status, tags, params] = [query.status, query.tag, query.param].map((text) =>
    (text ?? '').split(',').filter((part) => part !== ''),
  ) as [string[], string[], string[]];
  const [since, until] = [timeOf(query.since), timeOf(query.until)];
  const [error, q] = [query.error?.toLowerCase(), query.q?.toLowerCase()];
  const filters: Filter[] = [];
  const add = (isAsked: boolean, filter: Filter) => void (isAsked && filters.push(filter));
  add(status.length > 0, (run) => status.includes(run.status));
  add(tags.length > 0, (run) => tags.every((tag) => run.tags.has(tag) || run.systemTags.has(tag)));
  add(user !== undefined && user !== '', (run) => run.user === user);
  add(!['', '*', undefined].includes(namespace), (run) => run.namespace === namespace);
  add(params.length > 0, (run) => params.every((pair) => hasParam(run, pair)));
  add(since !== undefined, (run) => run.startedAt.getTime() >= (since as number));
  add(until !== undefined, (run) => run.startedAt.getTime() <= (until as number));
  add(Boolean(error), (run) =>
    errorOf(run)
      .toLowerCase()
      .includes(error as string),
  );
  add(Boolean(q), (run) =>
    textOf(run)
      .toLowerCase()
      .includes(q as string),
  );
  return (run) => filters.every((filter) => filter(run));
}

/** ISO, or a length back from now. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*([smhdw])$/.exec(text) ?? [];
  const time = unit === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNITS[unit] as number);
  if (Number.isNaN(time))
    throw notUnderstood(
      `"${text}" is no time: give one as 2026-11-30, or a length back from now, as 24h or 7d.`,
    );
  return time;
}

function hasParam({ paramInputs }: Run<unknown>, pair: string): boolean {
  const at = pair.indexOf('=');
  const [name, value] = at < 0 ? [pair, undefined] : [pair.slice(0, at), pair.slice(at + 1)];
  return Object.hasOwn(paramInputs, name) && (value === undefined || said(paramInputs[name]) === value);
}

const said = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

const errorOf = ({ error }: Run<unknown>) => (error ? `${error.name}: ${error.message}` : '');

function textOf(run: Run<unknown>): string {
  const params = Object.entries(run.paramInputs).map(([name, value]) => `${name}=${said(value)}`);
  return [
    run.pathspec,
    run.status,
    run.user,
    run.namespace,
    ...run.tags,
    ...run.systemTags,
    ...params,
    errorOf(run),
  ].join(' ');
}
