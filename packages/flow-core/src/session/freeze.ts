/** What a test needs to spin a step again on the inputs of a spin, and what it may expect: found out by a second execution. */
import { parameterHelp } from '../definition/params';
import { expectedOf, typed } from '../engine/freeze/expected';
import { cannot, type FrozenInputs, frozenInputs, givenValue } from '../engine/freeze/inputs';
import { onlyGivenInputs } from '../engine/inputs/only-given';
import { outputsOf, type SpinOutcome } from '../engine/spin/outcome';
import type { SpinInputs } from '../engine/spin/spin';
import { isFile } from '../store/cas/file';
import type { ArtifactRecord, TaskReads } from '../store/rows/rows';
import { Artifacts } from '../store/values/artifacts';
import { isLater } from '../store/values/later';
import type { Session } from './session';
import { type SpinRequest, spinStep } from './spin';

/** A value with the digest by which it is the same elsewhere. */
export interface DigestedValue {
  value: unknown;
  digest: string;
}

export interface Frozen {
  /** What stands in the test's call: a list for a join, an object of objects for a gather, else one object. */
  inputs: { [name: string]: DigestedValue }[];
  shape: Pick<FrozenInputs, 'isList' | 'branches' | 'index' | 'iteration'>;
  params: Record<string, unknown>;
  /** By name: the value, or an expectation of its type where two executions differ. */
  outputs: { name: string; value: unknown; digest?: string }[];
  /** Artifacts of which the type alone is asserted. */
  typed: string[];
  origin: string | undefined;
}

/** What a spin is asked to tell, for {@link freeze}. */
export class Listener {
  heard: { inputs: SpinInputs; reads: TaskReads } | undefined;
  readonly hearReads: NonNullable<SpinRequest['hearReads']> = (inputs, reads) => {
    this.heard = { inputs, reads };
  };
}

/** Executes the step once more, as the test will. @throws FlowError FLOW_FREEZE */
export async function freeze(session: Session, outcome: SpinOutcome, { heard }: Listener): Promise<Frozen> {
  const { graph, store } = session;
  if (!heard) throw new Error('Only a step that was done can be frozen.');
  const { inputs: executed, reads } = heard;
  const { node } = executed.resolved;
  const artifacts = new Artifacts(store.cas, graph.codecs);
  const required = new Set(parameterHelp(graph).flatMap(({ name, required }) => (required ? [name] : [])));
  const found = frozenInputs({ node, reads, ...executed }, required);
  const { isList, branches, index, iteration } = found;
  const shape = {
    isList,
    ...(branches ? { branches } : {}),
    ...(index ? { index } : {}),
    ...(iteration === undefined ? {} : { iteration }),
  };
  const read = async (): Promise<Frozen['inputs']> =>
    Promise.all(
      found.inputs.map(async (given) => {
        const values = Object.entries(given).map(async ([name, frozen]) => {
          const value = givenValue(frozen, artifacts);
          // Its bytes lie in the store alone.
          if (isFile(value)) throw cannot(node, `its input "${name}" is a file, which no test can give`);
          const { digest } = frozen.item === undefined ? frozen.record : await artifacts.encode(name, value);
          return [name, { value, digest }] as const;
        });
        return Object.fromEntries(await Promise.all(values));
      }),
    );
  const params = Object.fromEntries(found.params.map(([name, record]) => [name, artifacts.decode(record)]));
  const again = await executeAgain(session, { ...shape, step: node.name, inputs: await read(), params });
  if (again.status !== 'done')
    throw cannot(
      node,
      `on the same inputs it failed when it was executed again, with ${again.error?.name}: ${again.error?.message}`,
    );
  const second = new Map(outputsOf(again).map((artifact) => [artifact.name, artifact]));
  const differing: string[] = [];
  const decode = (one: { value?: unknown; reference?: ArtifactRecord }) =>
    one.reference ? artifacts.decode(one.reference) : one.value;
  const outputs = outputsOf(outcome).map((artifact) => {
    const { name, digest } = artifact;
    const other = second.get(name);
    if (!other) throw cannot(node, `when it was executed again, it returned no "${name}"`);
    const value = decode(artifact);
    // What came in pieces was written, and is nowhere whole.
    const isHandle =
      isFile(value) || isLater(value) || (value === undefined && artifact.type !== 'undefined');
    if (!isHandle && other.digest === digest) return { name, value, digest };
    differing.push(name);
    return { name, value: isHandle ? typed(value, other) : expectedOf(value, decode(other)) };
  });
  return { inputs: await read(), shape, params, outputs, typed: differing, origin: outcome.origin };
}

interface Again extends Pick<Frozen, 'inputs' | 'params'> {
  step: string;
  isList: boolean;
  branches?: readonly string[];
  index?: number[];
  iteration?: number;
}

/** As a `Runner` does that is given artifacts alone. */
async function executeAgain(session: Session, again: Again): Promise<SpinOutcome> {
  const { step, isList, branches, index, iteration, params } = again;
  const values = again.inputs.map((given) =>
    Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value])),
  );
  const place = { ...(index ? { index } : {}), ...(iteration === undefined ? {} : { iteration }) };
  const artifacts = shaped(values, { isList, ...(branches ? { branches } : {}) });
  const { outcome } = await spinStep(
    { ...session, emit: () => {} },
    {
      selection: { step, namespace: undefined, ...place },
      onlyGiven: await onlyGivenInputs(session.graph, { step, artifacts, ...place }),
      params,
    },
  );
  return outcome;
}

/** What `artifacts` of a Runner's spin is. */
export function shaped<T>(inputs: readonly T[], { isList, branches }: Frozen['shape']): unknown {
  if (isList) return inputs;
  if (branches) return Object.fromEntries(branches.map((name, i) => [name, inputs[i] ?? {}]));
  return inputs[0] ?? {};
}
