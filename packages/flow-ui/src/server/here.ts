/** All that the routes work on: one server, one workspace, one store. */
import { randomUUID } from 'node:crypto';
import type { StoreClient } from '@nx-flow/core/ui';
import { isShown, LiveEvents } from './live/events';
import { Hub } from './live/hub';
import { Reader } from './read/reader';
import { Token } from './security/token';

export interface HereOptions {
  workspace: string;
  /** The folder of the store. */
  store: string;
  /** The folder in which the command was started. */
  cwd: string;
  /** As commands use it by default. Undefined means all. */
  namespace: string | undefined;
  /** The store is one of kept spins: nothing is executed on it. */
  spins: boolean;
  /** Whether `.env` files are loaded for what is executed. */
  env: boolean;
  /** Where the page begins: a flow, or a pathspec. */
  at?: string;
  note(text: string): void;
}

export interface Here extends Omit<HereOptions, 'store'> {
  /** Another one than before has other spins of the moment. */
  id: string;
  token: Token;
  port: number;
  reader: Reader;
  hub: Hub;
  live: LiveEvents;
  /** Everything in the store, of everybody. @throws FlowError FLOW_STORE_UNAVAILABLE and its like */
  client(): StoreClient;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** @throws FlowError where the page shall begin with what is not there */
export async function openHere({ store, ...options }: HereOptions): Promise<Here> {
  const reader = new Reader(store);
  const hub = new Hub();
  const live = new LiveEvents(reader, hub);
  live.hear(({ work, at, event }) => {
    if (hub.isHeard && isShown(event)) hub.send({ type: 'event', work, at, event });
  });
  const here: Here = {
    ...options,
    ...{ id: randomUUID(), token: new Token(), port: 0, reader, hub, live },
    client: () => reader.client(),
    async close() {
      hub.close();
      live.close();
      await reader.close();
    },
  };
  try {
    if (options.at?.includes('/')) await requireThere(here.client(), options.at);
    await live.begin();
  } catch (error) {
    await here.close();
    throw error;
  }
  return here;
}

async function requireThere(client: StoreClient, at: string): Promise<void> {
  const parts = at.split('/').length;
  if (parts === 2) await client.run(at);
  else if (parts === 3) await client.step(at);
  else await client.task(at);
}
