/** Whether the page is as narrow as a phone: rows of lists have two lines then. */
import { useEffect, useState } from 'preact/hooks';

const query = matchMedia('(max-width: 720px)');

export function useNarrow(): boolean {
  const [narrow, set] = useState(query.matches);
  useEffect(() => {
    const change = () => set(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return narrow;
}
