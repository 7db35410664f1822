/** Expectations of values that test runners do not tell apart. */
import { inspect } from 'node:util';
import { graphOf } from '../definition/flow';
import type { DefinedFlow } from '../definition/types';
import { encodeValue } from '../store/values/artifacts';

/**
 * Expects a value of which all that is stored is the same: for what `toEqual` takes for equal to others, such as holes, bytes of an
 * ArrayBuffer, fields of errors and classes; and for dates that are none, which jest takes for different from each other.
 *
 * @param flow has the codecs of instances of classes
 * @example
 * ```ts
 * import { exactly } from '@nx-flow/core/testing';
 * expect({ at: new Date(Number.NaN) }).toEqual({ at: exactly(new Date(Number.NaN)) });
 * ```
 * @throws FlowError FLOW_ARTIFACT_UNSTORABLE, FLOW_CODEC_ASYNC
 */
// biome-ignore lint/suspicious/noExplicitAny: it stands in the place of a value of any type
export function exactly(value: unknown, flow?: DefinedFlow<any, any>): any {
  const codecs = graphOf(flow)?.codecs;
  const digestOf = (one: unknown) => encodeValue('value', one, codecs).digest();
  const wanted = digestOf(value);
  return {
    asymmetricMatch(other: unknown) {
      try {
        return digestOf(other) === wanted;
      } catch {
        // It cannot be stored.
        return false;
      }
    },
    toAsymmetricMatcher: () => inspect(value),
    toString: () => 'exactly',
  };
}
