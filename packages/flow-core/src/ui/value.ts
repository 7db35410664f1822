/** A recorded value as a card, read with the codecs of its flow. */
import { renderBlocks, renderCard } from '../card';
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { shown } from '../engine/task/shown';
import type { Store } from '../store/store';
import { decodeArtifact } from '../store/values/artifacts';
import { isLater } from '../store/values/later';
import type { RenderedCard, ValuePlace } from './questions';
import { inside, showValue } from './show-value';

/** @throws FlowError FLOW_ARTIFACT_NOT_FOUND and what reading it throws */
export async function valueCard(
  { flow, codecs }: Pick<Graph, 'flow' | 'codecs'>,
  store: Store,
  { name, ...at }: ValuePlace,
  path: readonly (string | number)[],
): Promise<RenderedCard> {
  const [record] = await store.artifacts([{ flow, ...at, name }]);
  if (!record)
    throw new FlowError(
      'FLOW_ARTIFACT_NOT_FOUND',
      `${flow}/${at.run}/${at.step}/${at.task} has no artifact "${name}".`,
    );
  const decoded = decodeArtifact(record, store.cas, codecs);
  const value = isLater(decoded) ? await decoded.value() : decoded;
  return rendered(shown(inside(value, path), codecs), {
    name: [name, ...path].join('.'),
    type: record.type,
    size: record.size,
  });
}

/** A value as a card, as a file. */
export function rendered(value: unknown, about: { name: string; type: string; size: number }): RenderedCard {
  const document = showValue(value, about);
  return { html: renderCard(document), policy: renderBlocks(document).policy };
}
