/** Writes a step's artifacts in their natural form, as a spin does, for later targets that are not steps. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardsOf, partsOf } from '../../store/rows/cards';
import type { ArtifactRecord, TaskRow } from '../../store/rows/rows';
import type { Codecs } from '../../store/values/artifacts';
import { writeArtifacts } from '../outputs/artifacts';
import { writeCards } from '../outputs/folder';
import { visibleNames } from '../record/task-rows';
import { addressOf, labelOf } from '../task/label';
import type { Visible } from '../task/view';
import { type Executed, inPlaceOrder } from './write';

/** Writes into the folder, or one folder deeper for each foreach level. A loop writes its last iteration. */
export async function writeNatural(executed: Executed, folder: string, codecs: Codecs): Promise<void> {
  const { store, flow, run, step } = executed;
  for (const row of await inPlaceOrder(executed)) {
    if (row.continues) continue;
    const place = join(folder, ...row.stack.map(({ index }) => String(index)));
    const names = handedOn(row);
    const records = await store.artifacts(names.map(([name, at]) => addressOf(flow, run, at, name)));
    const references = names.map(([name, at], i): [string, Visible] => [
      name,
      { ...(records[i] as ArtifactRecord), at },
    ]);
    mkdirSync(place, { recursive: true });
    await writeArtifacts(place, references, store.cas, codecs);
    let log = '';
    for await (const { text } of store.logs(flow, run, step, row.task)) log += text;
    for await (const card of cardsOf(store, flow, run, step, row.task))
      if (card.attempt === row.attempt) writeCards(place, [card]);
    if (log !== '') writeFileSync(join(place, 'log.txt'), log);
  }
  const row = await store.run(flow, run);
  if (row && (await hasParts(executed))) {
    const { sharedCards } = await import('../cards/shared-cards');
    const { toOpen } = await import('../cards/framed');
    for (const card of await sharedCards(store, row, step))
      writeCards(folder, [await toOpen(card, store, row, step)]);
  }
}

async function hasParts({ store, flow, run, step }: Executed): Promise<boolean> {
  for await (const _ of partsOf(store, flow, run, step)) return true;
  return false;
}

/** The artifacts that the step returned. For `end`, a join and a gather, all artifacts that it shows. */
function handedOn(row: TaskRow): [name: string, at: string][] {
  const all = visibleNames(labelOf(row), row);
  if (row.kind === 'end' || row.kind === 'join' || row.kind === 'gather') return all;
  return all.filter(([name]) => row.stored.includes(name));
}
