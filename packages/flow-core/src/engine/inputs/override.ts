/** Artifacts given by hand for a spin: for every input of the step, or for one of them. */
import { requireArtifactName } from '../../definition/artifact-name';
import { FlowError, suggest } from '../../definition/errors';
import { isFile } from '../../store/cas/file';
import type { ArtifactRecord, RunRow } from '../../store/rows/rows';
import { type Artifacts, type Codecs, unkeptArtifact } from '../../store/values/artifacts';
import { typeOf } from '../../store/values/type-of';
import { inputsOf, lazyObject } from '../task/input-objects';
import { formatLabel, fullPathspec, parseLabel, wholeLabel } from '../task/label';
import type { View } from '../task/view';
import type { Resolved } from './resolved';
import { described, readTyped, TypedText } from './typed';

/** An object of artifacts, or a function that makes one of the inputs (`self`; `inputs` in a join or gather). */
export type Overrides =
  | Record<string, unknown>
  | ((inputs: unknown) => Record<string, unknown> | Promise<Record<string, unknown>>);

/**
 * Puts given artifacts over those of the inputs. In a join or gather, a key that names an input (a branch, an
 * index, a pathspec) and holds an object is for that input alone.
 * A value that was typed is read as what it replaces. Returns a sentence for each name that no input has, since it may be
 * new or mistyped, for each typed value of another type than what it replaces, and where that held instances.
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
  if (resolved.base !== undefined) {
    throw new FlowError(
      'FLOW_USAGE',
      `"${node.name}" has no inputs to set, since the foreach before it had nothing to split: take another run, by --origin.`,
    );
  }
  if (parents.length === 0) {
    throw new FlowError(
      'FLOW_USAGE',
      `"${node.name}" has no inputs to set: give it parameters, as --params.name=value.`,
    );
  }
  const notes: string[] = [];
  for (const name of names) {
    const one = labelOf(name, resolved);
    const replaced = one === undefined ? firstOf(views, parents, name) : undefined;
    const recorded = replaced?.type;
    const typed = values[name] instanceof TypedText;
    const { value, note } = typed
      ? readTyped(name, values[name] as TypedText, recorded)
      : { value: values[name], note: undefined };
    const held = typed && replaced ? await heldBy(name, replaced, artifacts) : undefined;
    if (note !== undefined || held !== undefined) notes.push([note ?? [], held ?? []].flat().join(' '));
    if (one === undefined && recorded === undefined) {
      const there = suggest(name, views.get(parents[0] as string)?.entries.keys() ?? [], 'It has none.');
      const as = typed ? `, ${described(typeOf(value))}` : '';
      notes.push(`The inputs have no artifact "${name}": it is given as a new one${as}. ${there}`);
    }
    if (one !== undefined && typeof value === 'object' && value !== null && !isFile(value)) {
      for (const [inner, v] of Object.entries(value)) {
        requireArtifactName(inner, `"${node.name}" was given`);
        await put(views, [one], inner, v, codecs);
      }
    } else await put(views, parents, name, value, codecs);
  }
  return notes;
}

/** An artifact in the first input that has it. */
function firstOf(
  views: Map<string, View>,
  parents: readonly string[],
  name: string,
): ArtifactRecord | undefined {
  return parents.map((label) => views.get(label)?.entries.get(name)).find((entry) => entry !== undefined);
}

async function heldBy(
  name: string,
  replaced: ArtifactRecord,
  artifacts: Artifacts,
): Promise<string | undefined> {
  const { heldInstances } = await import('./held-instances');
  return heldInstances(name, replaced, artifacts);
}

async function put(
  views: Map<string, View>,
  labels: readonly string[],
  name: string,
  value: unknown,
  codecs: Codecs,
): Promise<void> {
  const record = await unkeptArtifact(name, value, codecs);
  for (const label of new Set(labels)) views.get(label)?.entries.set(name, { ...record, at: 'given' });
}

/** The input that a key names, if it names one. */
function labelOf(key: string, { node, run, parents, branches }: Resolved): string | undefined {
  if (node.kind !== 'join' && node.kind !== 'gather') return undefined;
  const branch = branches?.indexOf(key) ?? -1;
  if (branch >= 0) return parents[branch];
  if (node.kind === 'join' && /^\d+$/.test(key)) return parents[Number(key)];
  return parents.find((label) => run && namesOf(run, label).includes(key));
}

/** All that a task of a run may be called in it; the labels of a sweep name the run themselves. */
function namesOf({ flow, run }: Pick<RunRow, 'flow' | 'run'>, label: string): string[] {
  const names = [label, wholeLabel(run, label), fullPathspec(flow, run, label)];
  const { run: of, ...own } = parseLabel(label);
  return of === run ? [...names, formatLabel(own)] : names;
}

function objectsOf(
  views: ReadonlyMap<string, View>,
  { node, parents, branches }: Resolved,
  { decode }: Artifacts,
): unknown {
  const object = (label: string) => lazyObject(views.get(label) as View, decode, () => undefined);
  return inputsOf(node, { parents, ...(branches ? { branches } : {}) }, object) ?? {};
}
