/** A recorded value as a card, read with the codecs of its flow. */
import { renderBlocks, renderCard } from '../card';
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { shown } from '../engine/task/shown';
import type { Store } from '../store/store';
import { type Codecs, decodeArtifact } from '../store/values/artifacts';
import { isLater } from '../store/values/later';
import { typeOf } from '../store/values/type-of';
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
  return rendered(value, { name, type: record.type, size: record.size }, path, codecs);
}

/**
 * A value, or a part of one, as a card.
 * @param about the whole value
 * @param codecs those of the flow
 */
export function rendered(
  value: unknown,
  about: { name: string; type: string; size: number },
  path: readonly (string | number)[] = [],
  codecs?: Codecs,
): RenderedCard {
  const part = inside(value, path);
  const of = path.length === 0 ? about : { name: [about.name, ...path].join('.'), type: typeOf(part) };
  const document = showValue(shown(part, codecs), of);
  return { html: renderCard(document), policy: renderBlocks(document).policy };
}
