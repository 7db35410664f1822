/** Whether a part of the page has ever been in view: what costs something waits for that. */
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export function useInView(part: RefObject<Element | null>): boolean {
  const [seen, see] = useState(false);
  useEffect(() => {
    if (seen || !part.current) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) see(true);
      },
      { rootMargin: '200px' },
    );
    watch.observe(part.current);
    return () => watch.disconnect();
  }, [seen, part]);
  return seen;
}
