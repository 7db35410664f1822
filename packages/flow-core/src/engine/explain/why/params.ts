/** Compares the recorded parameters of a task with those that a run would have now. */
import { parameterHelp, parseParams } from '../../../definition/params';
import { compareFingerprints } from '../../../source/fingerprint/compare';
import type { ArtifactRecord } from '../../../store/rows/rows';
import { decodeArtifact, unkeptArtifact } from '../../../store/values/artifacts';
import { partsOf } from '../../record/code';
import { recordedParams } from '../../record/read';
import type { RecordedTask, WhyOptions } from './question';

export interface ParameterDifference {
  name: string;
  change: 'changed' | 'new' | 'gone' | 'schema';
  before?: unknown;
  after?: unknown;
  /** Whether the value was given, then and now. Otherwise it is the default. */
  given: { before: boolean; after: boolean };
  /** False when the task finished without reading it. True also when its reads are unknown. */
  matters: boolean;
}

/** @throws FlowError FLOW_PARAMS for wrong ones given now */
export async function parameterDifferences(
  { graph, store, step, params, code }: WhyOptions,
  { run, row }: RecordedTask,
): Promise<ParameterDifference[]> {
  const names = await store.paramNames(run.flow, run.run);
  const recorded = new Map(await recordedParams(store, run.flow, run.run, names));
  const value = (name: string) =>
    decodeArtifact(recorded.get(name) as ArtifactRecord, store.cas, graph.codecs);
  // A required parameter has no default to compare with: it keeps the recorded value.
  const required = parameterHelp(graph).filter((help) => help.required && recorded.has(help.name));
  const kept = Object.fromEntries(required.map(({ name }) => [name, value(name)]));
  const { parsed } = parseParams(graph, params, kept);
  const schemas = await changedSchemas();
  const found: ParameterDifference[] = [];
  for (const name of new Set([...recorded.keys(), ...Object.keys(parsed)])) {
    const record = recorded.get(name);
    const declared = Object.hasOwn(graph.params, name);
    const equal =
      record && declared && (await unkeptArtifact(name, parsed[name], graph.codecs)).digest === record.digest;
    if (equal && !schemas.has(name)) continue;
    found.push({
      name,
      change: !declared ? 'gone' : !record ? 'new' : equal ? 'schema' : 'changed',
      ...(record ? { before: value(name) } : {}),
      ...(declared ? { after: parsed[name] } : {}),
      given: { before: Object.hasOwn(run.paramInputs, name), after: Object.hasOwn(params, name) },
      matters: row.status !== 'done' || !row.reads || row.reads.params?.includes(name) === true,
    });
  }
  return found;

  async function changedSchemas(): Promise<Set<string>> {
    const before = await store.code(run.flow, run.run);
    if (!before || before.error !== undefined || 'error' in code || before.format !== code.format)
      return new Set();
    const now = Object.hasOwn(code.steps, step) ? code.steps[step] : code.other;
    const isParam = ({ kind }: { kind: string }) => kind === 'param';
    const differences = compareFingerprints(
      { parts: partsOf(before, step).filter(isParam) },
      { parts: (now ?? code.other).parts.filter(isParam) },
    );
    return new Set(differences.filter(({ change }) => change === 'changed').map(({ name }) => name));
  }
}
