/** Places of the page: which view an address shows. Every state that one may come back to is in the address. */

export type View =
  | { view: 'runs' }
  | { view: 'run'; flow: string; run: number }
  | { view: 'task'; flow: string; run: number; step: string; task: number }
  | { view: 'compare' }
  | { view: 'spins' }
  | { view: 'spun'; n: number }
  | { view: 'spin' }
  | { view: 'start' }
  | { view: 'unknown' };

/** Reads the path of an address, such as `/run/movies/12`. */
export function viewOf(path: string): View {
  const [name = '', ...rest] = path.split('/').filter(Boolean).map(decoded);
  const [flow, run, step, task] = rest;
  if ((name === '' || name === 'runs') && rest.length === 0) return { view: 'runs' };
  if (name === 'run' && flow && isNumber(run) && rest.length === 2)
    return { view: 'run', flow, run: Number(run) };
  if (name === 'task' && flow && isNumber(run) && step && isNumber(task) && rest.length === 4)
    return { view: 'task', flow, run: Number(run), step, task: Number(task) };
  if (name === 'spins' && isNumber(flow) && rest.length === 1) return { view: 'spun', n: Number(flow) };
  if ((name === 'compare' || name === 'spins' || name === 'spin' || name === 'start') && rest.length === 0)
    return { view: name };
  return { view: 'unknown' };
}

/** The address of a pathspec: `movies`, `movies/12`, `movies/12/train` or `movies/12/train/3`. */
export function pathTo(pathspec: string): string {
  const parts = pathspec.split('/');
  const [flow, run, step] = parts;
  if (run === undefined) return withQuery('/runs', { flow });
  if (parts.length === 3) return withQuery(pathTo(`${flow}/${run}`), { step });
  return `/${parts.length > 2 ? 'task' : 'run'}/${parts.map(encodeURIComponent).join('/')}`;
}

/** An address with a query; what is empty or absent is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  // A comma and a slash mean nothing in a query: an address is to be read by people.
  return text === '' ? path : `${path}?${text.replaceAll('%2C', ',').replaceAll('%2F', '/')}`;
}

const isNumber = (text: string | undefined) => text !== undefined && /^\d+$/.test(text);

/** A part of a path; as it is where it cannot be decoded. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
