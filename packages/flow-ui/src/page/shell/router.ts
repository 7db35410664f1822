/** The address of the page, by the History API. Links are plain `<a href>`: clicks on them stay within the page. */
import { useMemo } from 'preact/hooks';
import { withQuery } from '../logic/place';
import { useValue, value } from './value';

const place = value(here());

function here(): string {
  return location.pathname + location.search;
}

/** The path and the query of the address now. */
export function usePlace(): { path: string; query: URLSearchParams } {
  const at = useValue(place);
  return useMemo(() => {
    const [path = '/', search = ''] = at.split('?', 2);
    return { path, query: new URLSearchParams(search) };
  }, [at]);
}

/** Goes to an address of the page. `replace`: Back does not come here again, as while somebody types into a filter. */
export function go(to: string, { replace = false } = {}): void {
  if (to === here()) return;
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  const [before] = place.get().split('?', 1);
  place.set(here());
  if (!replace && location.pathname !== before) scrollTo(0, 0);
}

/** Changes some names of the query, and keeps the others. An empty or absent text takes a name out. */
export function setQuery(
  changes: Readonly<Record<string, string | undefined>>,
  options = { replace: false },
): void {
  const query = Object.fromEntries(new URLSearchParams(location.search));
  go(withQuery(location.pathname, { ...query, ...changes }), options);
}

/** Begins to follow Back, Forward and links. */
export function startRouter(): void {
  addEventListener('popstate', () => place.set(here()));
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    if (link?.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.getAttribute('href')?.startsWith('#')) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
