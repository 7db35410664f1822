/** Tells of runs that are made elsewhere, while a watch holds on to one, or waits for one. */
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
  /** Whether no run has had inputs. */
  waits(): boolean;
  /** Another run has ended, where none had inputs. */
  ended(): void;
}

/** Looks until the returned function is called. A store that does not answer is asked again. */
export function watchRuns({ store, flow, namespace, held, found, waits, ended }: NewerOptions): () => void {
  let told: number | undefined;
  let known: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const before = held();
    const latest = await store.latest(flow, namespace).catch(() => undefined);
    const newer = latest && before !== undefined && latest.run > before ? latest.run : undefined;
    if (newer !== told && held() === before) found(newer);
    if (held() === before) told = newer;
    const now = latest && latest.status !== 'running' ? `${latest.run} ${latest.status}` : known;
    if (timer && waits() && now !== known) ended();
    known = now;
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
