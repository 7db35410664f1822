/** The cards that all tasks of a step have together, from the parts that were recorded. */
import { MergedParts } from '../../card/merged-parts';
import { renderCard } from '../../card/render';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { partsOfRun } from '../record/read-parts';
import type { KeptCard } from './render-cards';

/** Bytes of such a card. */
const MOST = 2_000_000;

/** By their ids. @throws FlowError FLOW_STORE_CORRUPT */
export async function mergedParts(
  store: Store,
  run: RunRow,
  step: string,
): Promise<Map<string, MergedParts>> {
  const merged = new Map<string, MergedParts>();
  for await (const { id, part } of partsOfRun(store, run, step)) {
    const known = merged.get(id) ?? new MergedParts();
    merged.set(id, known);
    known.set(part);
  }
  return merged;
}

/** Those of a step, as files. @throws FlowError FLOW_STORE_CORRUPT */
export async function sharedCards(store: Store, run: RunRow, step: string): Promise<KeptCard[]> {
  return [...(await mergedParts(store, run, step))].map(([id, merged]) => renderShared(id, merged));
}

/** @param hide takes secrets out of the file */
export function renderShared(
  id: string,
  merged: MergedParts,
  hide: (html: string) => string = (html) => html,
): KeptCard {
  for (let share = 1; ; share /= 2) {
    const document = merged.toDocument(share);
    const html = hide(renderCard(document));
    if (Buffer.byteLength(html) > MOST && share > 1 / 256) continue;
    return { id, ...(document.title === undefined ? {} : { title: document.title }), html };
  }
}
