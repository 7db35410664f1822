/** Compares two values. */
import type { Codecs } from '../../store/values/artifacts';
import type { ValueDifference } from '../task/difference';
import { BOUNDS, type Bounds } from './bounds';
import { Found } from './found';
import { Walk } from './walk';

/**
 * Compares two values, as far as the bounds go. It only reads them.
 *
 * Rows of a list are matched by a field that tells them apart, or else by what is in them, so that a row that was put in front
 * is one row added. An instance is compared by what its codec takes out of it or says of it.
 * @param codecs those of the flow
 * @throws what a codec throws
 */
export function differenceOf(
  before: unknown,
  after: unknown,
  bounds: Partial<Bounds> = {},
  codecs?: Codecs,
): ValueDifference {
  const found = new Found({ ...BOUNDS, ...bounds });
  new Walk(found, codecs).values(before, after);
  return found.result();
}
