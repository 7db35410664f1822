/** Stores a value and reads it back, alone and inside of another, as a run does it. */
import type { AnyCodec } from '../../../flow-core/src/definition/codec';
import { MemoryCas } from '../../../flow-core/src/store/cas/memory-cas';
import { Artifacts } from '../../../flow-core/src/store/values/artifacts';

/**
 * @returns what came back: the value alone, and twice inside of a list in a Map
 * @throws where it does not have the same digest again, is not one and the same object where it was, or is refused without
 * naming the codec
 */
export async function roundTrip<T>(codec: AnyCodec, value: T): Promise<T> {
  const artifacts = new Artifacts(new MemoryCas(), [codec]);
  // Of some, the usual import of the library has the same name.
  const advice = new RegExp(
    `import \\{ ${codec.id}( as ${codec.id}Codec)? \\} from '@nx-flow/codecs/${codec.id}'`,
  );
  expect(await refusal(undefined, value)).toMatch(advice);
  const alone = await artifacts.encode('alone', value);
  const inside = await artifacts.encode('inside', new Map([['at', [value, { again: value }]]]));
  const back = artifacts.decode(alone) as T;
  const list = (artifacts.decode(inside) as Map<string, [T, { again: T }]>).get('at');
  expect((await artifacts.encode('alone', back)).digest).toBe(alone.digest);
  expect(list?.[1].again).toBe(list?.[0]);
  expect((await artifacts.encode('alone', list?.[0])).digest).toBe(alone.digest);
  return back;
}

/** Why a value cannot be stored, with a codec or without one. */
export async function refusal(codec: AnyCodec | undefined, value: unknown): Promise<string> {
  const artifacts = new Artifacts(new MemoryCas(), codec && [codec]);
  return artifacts.encode('a', value).then(
    () => 'it was stored',
    ({ message }: Error) => message,
  );
}
