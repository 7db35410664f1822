/** The filters of the list of runs: each is a name in the address, the same as the server's. */
import type { RunsQuery } from '../../api/routes';
import { withQuery } from './place';

export type Filters = Omit<RunsQuery, 'limit' | 'cursor'>;
export type FilterName = keyof Filters;

/** Their names as people read them. */
export const FILTER_LABELS: Readonly<Record<FilterName, string>> = {
  q: 'text',
  flow: 'flow',
  status: 'status',
  tag: 'tag',
  user: 'user',
  namespace: 'namespace',
  param: 'parameter',
  since: 'since',
  until: 'until',
  error: 'error',
  sort: 'sort',
};

export const RUN_STATUSES = ['running', 'done', 'failed', 'stopped', 'killed'];
/** Rows of one question. */
export const PAGE = 50;
export const NEWEST_FIRST = '-started';

/** What an address asks for. Names that are no filters are passed over. */
export function filtersOf(query: URLSearchParams): Filters {
  const names = Object.keys(FILTER_LABELS) as FilterName[];
  return Object.fromEntries(names.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])));
}

export function runsPath(filters: Filters, cursor?: string): string {
  return withQuery('/api/runs', { ...filters, limit: PAGE, cursor });
}

/** The list of one filter that holds several, such as `done,failed`. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Tags as people write them: blanks and commas separate them. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

/** Puts a word into such a list, or takes it out. */
export function toggled(text: string | undefined, word: string): string {
  const words = listOf(text);
  return (words.includes(word) ? words.filter((other) => other !== word) : [...words, word]).join(',');
}

/** The order that a click on a column's head asks for: the same column again turns it round. */
export function nextSort(sort: string | undefined, column: string): string {
  const now = sort ?? NEWEST_FIRST;
  const first = column === 'started' || column === 'duration' ? `-${column}` : column;
  const turned = first.startsWith('-') ? column : `-${column}`;
  return now === first ? turned : first;
}

/**
 * The command that lists the same runs, and whether it leaves out filters that it does not have. Undefined: a command lists the
 * runs of one flow.
 */
export function runsCommand(filters: Filters): { command: string; exact: boolean } | undefined {
  const { flow, status, tag, user, sort = NEWEST_FIRST, ...others } = filters;
  if (flow === undefined) return undefined;
  const options = [
    ...(listOf(status).length === 1 ? [`--status=${status}`] : []),
    ...listOf(tag).map((one) => `--tag=${quoted(one)}`),
    ...(user === undefined ? [] : [`--user=${quoted(user)}`]),
  ];
  const exact = Object.keys(others).length === 0 && sort === NEWEST_FIRST && listOf(status).length < 2;
  return { command: ['nx-flow', 'runs', quoted(flow), ...options].join(' '), exact };
}

const quoted = (text: string) => (/^[\w.:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
