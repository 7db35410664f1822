/** One spin with what it returned, beside its origin and beside the spin before. */
import {
  changeSince,
  differenceLines,
  differenceOfKept,
  type Store,
  type StoreClient,
} from '@nx-flow/core/ui';
import type { OriginCard, SpinDetail, SpunEntry } from '../../api/routes';
import { sourceOf } from '../read/source';
import { spinCommand } from './command';
import type { Spin } from './spin';

/** Artifacts whose insides are compared. */
const COMPARED = 50;

/** What it is beside of, and the options of its command. */
export interface DetailPlace {
  workspace: string;
  store: Store;
  client: StoreClient;
  more: string;
}

export async function spinDetail(
  spin: Spin,
  before: Spin | undefined,
  { workspace, store, client, more }: DetailPlace,
): Promise<SpinDetail> {
  const { entry, done, cards, failure, request } = spin;
  if (before) spin.sinceInside ??= differencesSince(before, spin, store);
  const inside = await (spin.sinceInside ?? new Map<string, readonly string[]>());
  const source = failure && sourceOf(failure, workspace);
  const asked = request ?? { flow: entry.flow, step: entry.step, index: entry.index, ...runIn(entry.origin) };
  return {
    ...entry,
    artifacts: (done?.artifacts ?? []).map((one): SpunEntry => {
      const { name, type, size, digest, preview, change, difference } = one;
      const since = before?.done ? changeSince(before.done.artifacts, one) : undefined;
      const lines = inside.get(name);
      return {
        ...{ name, type, size, digest, preview, change },
        ...(difference ? { inside: differenceLines(name, difference) } : {}),
        ...(since === undefined ? {} : { since }),
        ...(lines ? { sinceInside: lines } : {}),
      };
    }),
    cards: cards.map(({ id, title }) => ({ id, ...(title === undefined ? {} : { title }) })),
    originCards: await cardsOf(entry.origin, client),
    ...(failure ? { failure } : {}),
    ...(source ? { source } : {}),
    hints: done?.hints ?? [],
    ...(request ? { request } : {}),
    command: spinCommand(asked, more),
  };
}

function runIn(origin: string | undefined): { run?: number } {
  const run = Number(origin?.split('/')[1]);
  return Number.isSafeInteger(run) && run > 0 ? { run } : {};
}

async function differencesSince(
  before: Spin,
  spin: Spin,
  store: Store,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const [name, after] of spin.values) {
    const was = before.values.get(name);
    if (!was || was.digest === after.digest || found.size === COMPARED) continue;
    found.set(name, differenceLines(name, await differenceOfKept(was, after, store.cas)));
  }
  return found;
}

/** Of the task whose inputs it took, and those that all tasks of its step show together. */
async function cardsOf(origin: string | undefined, client: StoreClient): Promise<OriginCard[]> {
  if (origin === undefined || origin.split('/').length !== 4) return [];
  try {
    const task = await client.task(origin);
    const together = async () => (await client.step(origin.split('/', 3).join('/'))).cards();
    const entry = (attempt: number) => (card: Pick<OriginCard, 'id' | 'title' | 'bytes'>) => ({
      id: card.id,
      ...(card.title === undefined ? {} : { title: card.title }),
      attempt,
      bytes: card.bytes,
    });
    const own = (await task.cards()).map(entry(task.attempt));
    const shared = (await together().catch(() => [])).map(entry(0));
    return [...own, ...shared.map((card) => ({ ...card, shared: true as const }))];
  } catch {
    // It was removed meanwhile.
    return [];
  }
}
