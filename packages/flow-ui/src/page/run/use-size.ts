/** The width of an element, and whether the page is dark: a canvas is drawn anew when either changes. */
import { useLayoutEffect, useState } from 'preact/hooks';

const dark = matchMedia('(prefers-color-scheme: dark)');

export function useSize(element: { current: HTMLElement | null }): {
  width: number;
  scheme: 'dark' | 'light';
} {
  const [width, setWidth] = useState(0);
  const [scheme, setScheme] = useState(dark.matches);
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => setWidth(element.current?.clientWidth ?? 0));
    if (element.current) {
      setWidth(element.current.clientWidth);
      watcher.observe(element.current);
    }
    const change = () => setScheme(dark.matches);
    dark.addEventListener('change', change);
    return () => {
      watcher.disconnect();
      dark.removeEventListener('change', change);
    };
  }, [element.current]);
  return { width, scheme: scheme ? 'dark' : 'light' };
}
