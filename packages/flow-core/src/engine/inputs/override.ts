/** Artifacts given by hand for a spin: for every input of the step, or for one of them. */
import { requireArtifactName } from '../../definition/artifact-name';
import { FlowError, suggest } from '../../definition/errors';
import { type Artifacts, type Codecs, unkeptArtifact } from '../../store/artifacts';
import { isFile } from '../../store/file';
import { inputsOf, lazyObject } from '../task/input-objects';
import type { View } from '../task/view';
import type { Resolved } from './resolved';

/** An object of artifacts, or a function that makes one of the inputs (`self`; `inputs` in a join or gather). */
export type Overrides =
  | Record<string, unknown>
  | ((inputs: unknown) => Record<string, unknown> | Promise<Record<string, unknown>>);

/**
 * Puts given artifacts over those of the inputs. In a join or gather, a key that names an input (a branch, an
 * index, a pathspec) and holds an object is for that input alone.
 * Returns a sentence for each name that no input has: it may be new or mistyped.
 * @throws FlowError FLOW_USAGE, FLOW_OVERRIDE, FLOW_ARTIFACT_NAME, FLOW_FILE, FLOW_ARTIFACT_UNSTORABLE
 */
export async function applyOverrides(
  views: Map<string, View>,
  resolved: Resolved,
  given: Overrides,
  artifacts: Artifacts,
): Promise<string[]> {
  const { codecs } = artifacts;
  const { node, parents } = resolved;
  const values = typeof given === 'function' ? await given(objectsOf(views, resolved, artifacts)) : given;
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new FlowError('FLOW_OVERRIDE', 'Given artifacts are an object: artifact names and their values.');
  }
  const names = Object.keys(values);
  if (names.length === 0) return [];
  for (const name of names) requireArtifactName(name, `"${node.name}" was given`);
  if (parents.length === 0) {
    throw new FlowError(
      'FLOW_USAGE',
      `"${node.name}" has no inputs to set: give it parameters, as --params.name=value.`,
    );
  }
  const unknown = names
    .filter((name) => labelOf(name, resolved) === undefined && !isVisible(name, views, parents))
    .map((name) => {
      const there = suggest(name, views.get(parents[0] as string)?.entries.keys() ?? [], 'It has none.');
      return `The inputs have no artifact "${name}": it is given as a new one. ${there}`;
    });
  for (const name of names) {
    const value = values[name];
    const one = labelOf(name, resolved);
    if (one !== undefined && typeof value === 'object' && value !== null && !isFile(value)) {
      for (const [inner, v] of Object.entries(value)) {
        requireArtifactName(inner, `"${node.name}" was given`);
        put(views, [one], inner, v, codecs);
      }
    } else put(views, parents, name, value, codecs);
  }
  return unknown;
}

function isVisible(name: string, views: Map<string, View>, parents: readonly string[]): boolean {
  return parents.some((label) => views.get(label)?.entries.has(name));
}

function put(
  views: Map<string, View>,
  labels: readonly string[],
  name: string,
  value: unknown,
  codecs: Codecs,
): void {
  const record = unkeptArtifact(name, value, codecs);
  for (const label of new Set(labels)) views.get(label)?.entries.set(name, { ...record, at: 'given' });
}

/** The input that a key names, if it names one. */
function labelOf(key: string, { node, run, parents, branches }: Resolved): string | undefined {
  if (node.kind !== 'join' && node.kind !== 'gather') return undefined;
  const branch = branches?.indexOf(key) ?? -1;
  if (branch >= 0) return parents[branch];
  if (node.kind === 'join' && /^\d+$/.test(key)) return parents[Number(key)];
  return parents.find((label) =>
    [label, `${run?.run}/${label}`, `${run?.flow}/${run?.run}/${label}`].includes(key),
  );
}

function objectsOf(
  views: ReadonlyMap<string, View>,
  { node, parents, branches }: Resolved,
  { decode }: Artifacts,
): unknown {
  const object = (label: string) => lazyObject(views.get(label) as View, decode, () => undefined);
  return inputsOf(node, { parents, ...(branches ? { branches } : {}) }, object) ?? {};
}
