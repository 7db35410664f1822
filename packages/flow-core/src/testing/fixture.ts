/** Values that `nx-flow spin --freeze` wrote beside a test. */
import { readFileSync } from 'node:fs';
import { graphOf } from '../definition/flow';
import type { DefinedFlow } from '../definition/types';
import { readFixtureBytes } from '../engine/freeze/fixture';

/**
 * Reads a value that `nx-flow spin --freeze` wrote: a copy of its own at each call.
 *
 * @param flow has the codecs of instances of classes
 * @example
 * ```ts
 * import { readFixture } from '@nx-flow/core/testing';
 * import movies from './movies.flow';
 * const films = readFixture('movies.genre-3.frozen/films.json', movies);
 * ```
 * @throws FlowError FLOW_CODEC_UNKNOWN, FLOW_ARTIFACT_UNREADABLE
 */
// biome-ignore lint/suspicious/noExplicitAny: what it is, the step says whose input it is
export function readFixture(file: string, flow?: DefinedFlow<any, any>): any {
  return readFixtureBytes(readFileSync(file), file.endsWith('.json'), graphOf(flow)?.codecs);
}
