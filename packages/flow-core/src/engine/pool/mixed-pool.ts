/** One run on two pools: tasks whose step names a queue go to its workers, and all others are executed here. */
import { forwardedHost } from './forwarded-host';
import { isAway } from './job';
import type { Attachable, Pool, PoolHost } from './pool';

export interface MixedPools {
  /** Asked for when there is the first task for it. */
  here(): Promise<Pick<Attachable, 'attach'>>;
  away: Pick<Attachable, 'attach'>;
}

export class MixedPool implements Pool {
  readonly #host: PoolHost;
  readonly #pools: MixedPools;
  readonly #away: Pool;
  #here: Promise<Pool> | undefined;
  #opened: Pool | undefined;

  constructor(host: PoolHost, pools: MixedPools) {
    this.#host = host;
    this.#pools = pools;
    this.#away = pools.away.attach(only(host, isAway));
  }

  wake(): void {
    this.#away.wake();
    if (this.#opened) this.#opened.wake();
    else if (!this.#here && this.#host.kinds().some(isHere)) this.#open();
  }

  /** Each ends what it has; whoever opened them closes them. */
  async close(): Promise<void> {
    const [here] = await Promise.all([this.#here?.catch(() => undefined), this.#away.close()]);
    await here?.close();
  }

  #open(): void {
    const opening = this.#pools.here().then((pool) => pool.attach(only(this.#host, isHere)));
    this.#here = opening;
    opening.then(
      (pool) => {
        this.#opened = pool;
        pool.wake();
      },
      (error) => this.#host.broken(error),
    );
  }
}

const isHere = (kind: string) => !isAway(kind);

/** A host that shows the tasks of some kinds, and no other. */
function only(host: PoolHost, shows: (kind: string) => boolean): PoolHost {
  const kinds = () => host.kinds().filter(shows);
  return {
    ...forwardedHost(host),
    pull(kind = kinds()[0]) {
      return kind !== undefined && shows(kind) ? host.pull(kind) : undefined;
    },
    pending: (kind) => (shows(kind) ? host.pending(kind) : 0),
    kinds,
  };
}
