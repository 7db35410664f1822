/** The store while the page is open: it may come, go, and come back. */
import { client, FlowError, hasStore, openPageStore, type Store, type StoreClient } from '@nx-flow/core/ui';
import { isAway } from '../replies';

export class Reader {
  readonly folder: string;
  #store: Store | undefined;
  #wasThere = false;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** @throws FlowError FLOW_STORE_UNAVAILABLE where it was there and is not */
  store(): Store {
    const isThere = hasStore(this.folder);
    if (!isThere && this.#wasThere) {
      this.#letGo();
      throw new FlowError('FLOW_STORE_UNAVAILABLE', `The store ${this.folder} is not there any more.`);
    }
    this.#wasThere = isThere;
    this.#store ??= openPageStore(this.folder);
    return this.#store;
  }

  /** Whether there is anything to read and to hear. */
  get isThere(): boolean {
    return hasStore(this.folder);
  }

  /** Everything in it, of everybody. */
  client(): StoreClient {
    return client({ store: this.store(), namespace: null });
  }

  /** A connection that has given up answers nothing more: the next request opens another one. */
  failed(error: unknown): void {
    if (isAway(error)) this.#letGo();
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }

  #letGo(): void {
    this.#store?.close().catch(() => {});
    this.#store = undefined;
  }
}
