/** The beginning and end of every command that only reads the store. */
import { FlowError } from '../definition/errors';
import { findPlaceFile, loadPlaceFlow, type Place } from '../session/place';
import { findFlowFile, looksLikeFile, stem } from '../source/find';
import type { Pathspec } from '../store/pathspec';
import type { ArtifactRecord } from '../store/rows/rows';
import type { Store } from '../store/store';
import { type Codecs, decodeArtifact, isBuiltIn } from '../store/values/artifacts';
import { isLater } from '../store/values/later';
import { namespaceOf, noMoreThan, openReadStore, pathspecOf, placeOf } from './arguments';
import type { Context } from './command';

/** What the reading commands work on. */
export interface Recorded {
  flow: string;
  place: Place;
  store: Store;
  /** The pathspecs after the flow, in order. */
  specs: Pathspec[];
  /** The first of them. */
  spec: Pathspec;
  /** The namespace in which the newest run is looked up. Undefined means all. */
  namespace: string | undefined;
}

/**
 * Opens the store, executes a reading command and closes the store. A name without runs must be a flow of the
 * workspace. @param most the most pathspecs that the command takes
 * @throws FlowError FLOW_USAGE, FLOW_NOT_FOUND, FLOW_PATHSPEC, FLOW_PATHSPEC_FLOW, FLOW_STORE_UNWRITABLE
 */
export async function reading(
  context: Context,
  most: number,
  read: (recorded: Recorded) => Promise<void>,
): Promise<number> {
  noMoreThan(context, 1 + most);
  const place = placeOf(context);
  const store = await openReadStore(place, context);
  try {
    const flow = await flowName(place, context);
    const specs = context.positionals.slice(1).map((text) => pathspecOf(text, flow));
    if (!(await store.latest(flow))) {
      await findPlaceFile(place);
      const [{ run } = {}] = specs;
      const isRemoved = run !== undefined && (await store.removed(flow, run)) !== undefined;
      if (context.options.spin === true && !isRemoved)
        throw (await import('../session/persisted-spins')).nothingPersisted(place.store, flow);
    }
    await read({ flow, place, store, specs, spec: specs[0] ?? {}, namespace: namespaceOf(context) });
    return 0;
  } finally {
    await store.close();
  }
}

/**
 * Decodes artifacts for commands that only read the store. The flow is imported only for an artifact that one of
 * its codecs stored.
 */
export function decoderOf(recorded: Recorded): Decode {
  return valuesOf(recorded).decode;
}
export type Decode = (record: ArtifactRecord) => Promise<unknown>;

/** The same, with the flow's codecs, where one of them stored a value: they say what is shown of it. */
export function valuesOf({ store, place }: Recorded): {
  decode: Decode;
  codecs(): Promise<Codecs>;
} {
  let codecs: Promise<Codecs> | undefined;
  return {
    async decode(record) {
      if (!isBuiltIn(record)) codecs ??= codecsOf(place, record.codec);
      const value = decodeArtifact(record, store.cas, await codecs);
      return isLater(value) ? value.value() : value;
    },
    codecs: async () => codecs,
  };
}

/** @throws FlowError FLOW_CODEC_UNKNOWN */
async function codecsOf(place: Place, id: string): Promise<Codecs> {
  try {
    return (await loadPlaceFlow(place, await findPlaceFile(place))).codecs;
  } catch (cause) {
    const why = (cause as Error).message;
    const message = `The codec "${id}" stored an artifact, and the flow that registers it cannot be imported: ${why}`;
    throw new FlowError('FLOW_CODEC_UNKNOWN', message, { cause, exit: 1 });
  }
}

/** The flow's name for commands that only read the store: they work for a flow whose file is broken or gone. */
export async function flowName(place: Place, context: Context): Promise<string> {
  if (!looksLikeFile(place.flow)) return place.flow;
  const file = await findFlowFile(place.flow, context.cwd, place.workspace);
  const { indexFlows } = await import('../source/find');
  const names = (await indexFlows(place.workspace)).filter((f) => f.file === file).map(({ name }) => name);
  return names.length === 1 ? (names[0] as string) : stem(file);
}
