/** All that the routes work on: one server, one workspace, one store. */
import { randomUUID } from 'node:crypto';
import { OrphanGuard, type PageRequest, type StoreClient } from '@nx-flow/core/ui';
import { Questions } from './flows/questions';
import { Frames } from './frames/frames';
import { Inputs } from './inputs';
import { LiveCards } from './live/cards';
import { LiveEvents } from './live/events';
import { forward } from './live/forward';
import { Hub } from './live/hub';
import { StartedTasks } from './live/started';
import { sweepCommandFolders } from './params-file';
import { Commands } from './read/commands';
import { Reader } from './read/reader';
import { Token } from './security/token';
import { Spins } from './spins/spins';
import { Works } from './work/works';

export type HereOptions = Omit<PageRequest, 'port'>;

export interface Here extends Omit<HereOptions, 'store' | 'spins'> {
  /** The store is one of kept spins: nothing is executed on it. */
  isSpinStore: boolean;
  /** Another one than before has other spins of the moment. */
  id: string;
  token: Token;
  port: number;
  reader: Reader;
  hub: Hub;
  live: LiveEvents;
  cards: LiveCards;
  started: StartedTasks;
  frames: Frames;
  inputs: Inputs;
  questions: Questions;
  spins: Spins;
  works: Works;
  /** Ends what was started here, where this process is killed. */
  guard: OrphanGuard;
  /** Everything in the store, of everybody. @throws FlowError FLOW_STORE_UNAVAILABLE and its like */
  client(): StoreClient;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** @throws FlowError where the page shall begin with what is not there */
export async function openHere({ store, spins: isSpinStore, ...options }: HereOptions): Promise<Here> {
  const { workspace, cwd, env, namespace } = options;
  sweepCommandFolders();
  const [reader, hub, guard, cards] = [new Reader(store), new Hub(), new OrphanGuard(), new LiveCards()];
  const [live, started] = [new LiveEvents(reader, hub), new StartedTasks()];
  const questions = new Questions({ workspace, cwd, env, reader, guard });
  const { more } = new Commands({ reader, workspace, isSpinStore });
  const spins = new Spins({ workspace, cwd, env, namespace, reader, hub, cards, more });
  const works = new Works({ workspace, store, env, namespace, guard, reader });
  live.hear((published) => {
    if (!spins.hear(published)) forward(published, { hub, cards, started });
  });
  const here: Here = {
    ...options,
    ...{ isSpinStore, id: randomUUID(), token: new Token(), port: 0, frames: new Frames() },
    ...{ reader, hub, live, cards, started, questions, spins, works, guard },
    inputs: new Inputs(questions, namespace),
    client: () => reader.client(),
    async close() {
      hub.close();
      live.close();
      await Promise.all([questions.close(), spins.close(), works.close()]);
      guard.close();
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
