/** Keys of the page: a view says what each does, the last one that said so counts. */
import { useLayoutEffect, useRef } from 'preact/hooks';

type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const layers: { current: Keys }[] = [];

/** Keys by their names, as in `{ j: next, k: before }`, as soon and as long as this part is on the page. */
export function useKeys(keys: Keys): void {
  const layer = useRef(keys);
  layer.current = keys;
  useLayoutEffect(() => {
    layers.push(layer as { current: Keys });
    return () => {
      layers.splice(layers.indexOf(layer as { current: Keys }), 1);
    };
  }, []);
}

/** Begins to hear keys. Letters that somebody types into a field, or into a dialog, are not meant. */
export function startKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as Element;
    const typing = target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]') !== null;
    if (event.key === 'Escape' && typing) (target as HTMLElement).blur();
    if (event.key !== 'Escape' && (typing || document.querySelector('dialog[open]'))) return;
    const layer = layers.findLast(({ current }) => event.key in current);
    if (!layer) return;
    event.preventDefault();
    layer.current[event.key]?.(event);
  });
}
