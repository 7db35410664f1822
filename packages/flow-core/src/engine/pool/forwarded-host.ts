/** A host that tells another one all that it hears. What is to be different is put over it. */
import type { PoolHost } from './pool';

/** @param host may be of a class: its methods are called on it */
export function forwardedHost(host: PoolHost): PoolHost {
  return {
    run: host.run,
    pull: (kind) => host.pull(kind),
    pending: (kind) => host.pending(kind),
    kinds: () => host.kinds(),
    view: (label) => host.view(label),
    started: (job) => host.started(job),
    log: (...said) => host.log(...said),
    ...(host.card ? { card: (...shown) => host.card?.(...shown) } : {}),
    finished: (...ended) => host.finished(...ended),
    late: (...said) => host.late(...said),
    silent: (...said) => host.silent(...said),
    broken: (error) => host.broken(error),
  };
}
