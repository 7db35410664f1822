/** Tells of runs that are made elsewhere while a watch holds on to one. */
import type { Store } from '../../store/store';

/** Milliseconds between two looks. */
const EVERY_MS = 1000;

export interface NewerOptions {
  store: Store;
  flow: string;
  namespace: string | undefined;
  /** The run whose inputs are used; undefined where a newer one would not be told of. */
  held(): number | undefined;
  found(run: number | undefined): void;
}

/** Looks until the returned function is called. A store that does not answer is asked again. */
export function watchRuns({ store, flow, namespace, held, found }: NewerOptions): () => void {
  let told: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const before = held();
    const latest =
      before === undefined ? undefined : await store.latest(flow, namespace).catch(() => undefined);
    const newer = latest && before !== undefined && latest.run > before ? latest.run : undefined;
    if (newer !== told && held() === before) found(newer);
    if (held() === before) told = newer;
    if (timer) later();
  };
  const later = () => {
    timer = setTimeout(look, EVERY_MS);
    timer.unref();
  };
  later();
  return () => {
    clearTimeout(timer);
    timer = undefined;
  };
}
