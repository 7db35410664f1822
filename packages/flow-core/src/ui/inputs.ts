/** What a step would be executed on, for an editor: values as JSON where that says all of them. */
import type { Graph } from '../definition/graph';
import { resolveInputs } from '../engine/inputs/origin';
import { originOf, type Resolved } from '../engine/inputs/resolved';
import type { Selection } from '../engine/inputs/selection';
import { recordedViews } from '../engine/record/views';
import { spinParams } from '../engine/spin/spec';
import { taskOf } from '../engine/task/label';
import { viewsOf } from '../engine/task/place';
import { previewOf } from '../engine/task/preview';
import { shown } from '../engine/task/shown';
import type { View, Visible } from '../engine/task/view';
import type { ArtifactRecord } from '../store/rows/rows';
import type { Store } from '../store/store';
import { decodeArtifact, encodeValue } from '../store/values/artifacts';
import { isLater } from '../store/values/later';
import { typeOf } from '../store/values/type-of';
import type { FoundInput, FoundInputs, InputsChoice, ValuePlace } from './questions';
import { listSplits } from './splits';

/** Bytes of a value that is edited, and of one that is read for a line. */
const [EDITED, READ] = [256 * 1024, 1024 * 1024];
const WIDTH = 80;
/** Inputs of a join that are told at once, and artifacts of these; bytes of one that is read for a line. */
const [INPUTS, ENTRIES, SMALL] = [50, 2000, 4096];

/** @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_RUN_NOT_FOUND, FLOW_TASK_NOT_FOUND, FLOW_INDEX, FLOW_NO_INPUTS */
export async function findInputs(
  graph: Graph,
  store: Store,
  { index, from = 0, ...choice }: InputsChoice,
): Promise<FoundInputs> {
  const selection: Selection = { ...choice, ...(index ? { index: [...index] } : {}) };
  const resolved = await resolveInputs(graph, store, selection);
  const { run, origin, parents } = resolved;
  const reader = new InputReader(graph, store, run?.run);
  const isJoin = parents.length > 1;
  // Of a join, no more is read than is told.
  const told = isJoin ? { ...resolved, parents: parents.slice(from, from + INPUTS) } : resolved;
  const views = run
    ? await recordedViews(store, graph.flow, run.run, viewsOf(told))
    : new Map<string, View>();
  const joined = isJoin ? reader.joined(resolved, from, views) : undefined;
  const inputs = [
    ...reader.item(resolved, views),
    ...(joined?.inputs ?? reader.artifacts(resolved, views)),
    ...(await spinParams(graph, store, run?.run, {})).map(([name, record]) => reader.param(name, record)),
  ];
  return {
    ...(run ? { run: run.run } : {}),
    ...(origin ? { task: origin.task } : {}),
    index: resolved.stack.map((frame) => frame.index),
    origin: originOf(graph, resolved) ?? '',
    inputs,
    ...(joined ? { joined: { from, to: joined.to, of: parents.length } } : {}),
    ...(run ? await listSplits(graph, store, resolved, views) : { splits: [], splitsOf: 0 }),
  };
}

class InputReader {
  constructor(
    private readonly graph: Graph,
    private readonly store: Store,
    private readonly run: number | undefined,
  ) {}

  /** The item of the innermost foreach. It is a part of a list, which another task stored. */
  item({ stack }: Resolved, views: ReadonlyMap<string, View>): FoundInput[] {
    const frame = stack.at(-1);
    const list = frame && views.get(frame.shownBy)?.entries.get(frame.over);
    if (!frame || !list) return [];
    const value = list.size <= READ ? this.#read(list) : undefined;
    const item = Array.isArray(value) ? value[frame.index] : undefined;
    const fixed = `It is item ${frame.index} of "${frame.over}": change that list, to execute the step on another item.`;
    const { size, digest } = list;
    const type = item === undefined ? '' : typeOf(item);
    const about = { kind: 'item', name: 'input', type, size, digest, fixed } as const;
    const place = { at: this.#placeOf(list, frame.over), path: [frame.index] };
    return [{ ...about, ...place, ...(item === undefined ? {} : { preview: this.#preview(item) }) }];
  }

  artifacts({ parents, base, stack }: Resolved, views: ReadonlyMap<string, View>): FoundInput[] {
    const labels = base === undefined ? parents : [base];
    const seen = labels.flatMap((label) =>
      [...(views.get(label)?.entries ?? [])].map(([name, one]) => this.#found(name, one)),
    );
    // A list that is split lies in an input of the foreach, or before it.
    const lists = stack.flatMap(({ over, shownBy }) => {
      const list = labels.includes(shownBy) ? undefined : views.get(shownBy)?.entries.get(over);
      return list && !seen.some(({ name }) => name === over) ? [this.#found(over, list)] : [];
    });
    return [...seen, ...lists];
  }

  /** What the inputs of a join have, from one of them on: named `2.rows` by the split, or `left.rows` by the branch. */
  joined(
    { parents, branches }: Resolved,
    from: number,
    views: ReadonlyMap<string, View>,
  ): { inputs: FoundInput[]; to: number } {
    const inputs: FoundInput[] = [];
    const fixed = `The step reads ${parents.length} inputs: --artifacts of nx-flow spin gives one of them other values.`;
    let to = from;
    for (const label of parents.slice(from, from + INPUTS)) {
      const entries = [...(views.get(label)?.entries ?? [])];
      if (to > from && inputs.length + entries.length > ENTRIES) break;
      const input = branches?.[to] ?? String(to);
      for (const [name, one] of entries.slice(0, ENTRIES)) {
        const { type, size, digest } = one;
        const preview = size > SMALL ? {} : this.#previewed(one);
        const about = { kind: 'artifact', name: `${input}.${name}`, type, size, digest, fixed } as const;
        inputs.push({ ...about, at: this.#placeOf(one, name), ...preview });
      }
      to++;
    }
    return { inputs, to };
  }

  param(name: string, record: ArtifactRecord): FoundInput {
    const { type, size, digest } = record;
    const at =
      record.hash === undefined && this.run !== undefined
        ? { run: this.run, step: 'params', task: 0, name }
        : undefined;
    return { kind: 'param', name, type, size, digest, ...this.#said(name, record), ...(at ? { at } : {}) };
  }

  #found(name: string, one: Visible): FoundInput {
    const { type, size, digest } = one;
    return {
      kind: 'artifact',
      name,
      type,
      size,
      digest,
      at: this.#placeOf(one, name),
      ...this.#said(name, one),
    };
  }

  #placeOf({ at }: Visible, name: string): ValuePlace {
    return { ...taskOf(this.run as number, at), name };
  }

  #said(name: string, record: ArtifactRecord): Pick<FoundInput, 'preview' | 'json' | 'fixed'> {
    if (record.size > READ) return { fixed: 'It is large: it is shown, and not edited here.' };
    const value = this.#read(record);
    if (value === undefined && record.type !== 'undefined') return { fixed: 'It cannot be read here.' };
    const preview = this.#preview(value);
    if (record.size > EDITED) return { preview, fixed: 'It is large: it is shown, and not edited here.' };
    const json = jsonOf(name, value, record.digest);
    return json === undefined
      ? { preview, fixed: `JSON cannot say all of ${record.type}: it is shown, and not edited here.` }
      : { preview, json };
  }

  #read(record: ArtifactRecord): unknown {
    try {
      const value = decodeArtifact(record, this.store.cas, this.graph.codecs);
      return isLater(value) ? undefined : value;
    } catch {
      return undefined;
    }
  }

  #previewed(record: ArtifactRecord): Pick<FoundInput, 'preview'> {
    const value = this.#read(record);
    return value === undefined && record.type !== 'undefined' ? {} : { preview: this.#preview(value) };
  }

  #preview(value: unknown): string {
    return previewOf(shown(value, this.graph.codecs), WIDTH);
  }
}

/** Undefined where what is read of it would be another value. */
function jsonOf(name: string, value: unknown, digest: string): string | undefined {
  try {
    const text = JSON.stringify(value, null, 2);
    return text !== undefined && encodeValue(name, JSON.parse(text)).digest() === digest ? text : undefined;
  } catch {
    return undefined;
  }
}
