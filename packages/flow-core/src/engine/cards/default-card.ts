/** The default card: what is known of a task, below what its step has added itself. */
import {
  artifact,
  type CardDocument,
  code,
  createCard,
  error,
  graph,
  log,
  row,
  type Section,
  section,
  table,
  value,
} from '../../card';
import { parents, type StepNode } from '../../definition/graph';
import { isFile } from '../../store/cas/file';
import type { ArtifactRecord } from '../../store/rows/rows';
import { isLater } from '../../store/values/later';
import { fromRecord } from '../task/error-record';
import { stepSource } from './step-source';
import type { TaskFacts } from './task-facts';

/** Inputs, and artifacts of each, that are shown. */
const [INPUTS, ARTIFACTS] = [3, 20];

/** Bytes of a value that is decoded to be shown. */
const LARGEST = 256 * 1024;

export function defaultCard(facts: TaskFacts, own?: CardDocument): CardDocument {
  const card = createCard({ now: () => facts.startedAt });
  card.add(headOf(facts, own?.title === undefined ? 'Status' : facts.name));
  if (facts.error) card.add(error(fromRecord(facts.error)));
  const steps = [...facts.graph.steps.values()];
  const nodes = steps.map((node) => ({ name: node.name, kind: node.kind, after: parents(node) }));
  card.add(graph(nodes, { marked: facts.step }));
  if (facts.params.length > 0) card.add(section('Parameters', [named(facts.params, facts)]));
  for (const part of [inputsOf(facts), outputsOf(facts)]) if (part.items.length > 0) card.add(part);
  const source = stepSource(facts.graph.steps.get(facts.step) as StepNode);
  if (source) card.add(section('Code', [code(source.text, { language: 'ts', ...source.place })]));
  if (facts.log !== '') card.add(section('Output', [log(facts.log)]));
  const { blocks } = card.toDocument();
  return { version: 1, title: own?.title ?? facts.name, blocks: [...(own?.blocks ?? []), ...blocks] };
}

function headOf({ status, startedAt, durationMs, attempt, before }: TaskFacts, title: string) {
  return row([
    value(status, { title }),
    value(Math.round(durationMs * 10) / 10, { title: 'Took', unit: 'ms' }),
    value(new Date(startedAt).toISOString().replace('T', ' ').slice(0, 19), { title: 'Began (UTC)' }),
    ...(attempt > 0 ? [value(attempt + 1, { title: 'Attempt' })] : []),
    ...(before ? [value(before.name, { title: 'Compared with' })] : []),
  ]);
}

function inputsOf(facts: TaskFacts): Section {
  const { inputs } = facts;
  const shown = inputs.slice(0, INPUTS);
  const parts = shown.flatMap(({ label, pathspec, entries }) =>
    entries.size === 0 ? [] : [section(pathspec ?? label, previews([...entries], facts))],
  );
  const left = inputs.length - shown.length;
  return section('Inputs', left > 0 ? [...parts, `${left.toLocaleString('en')} more inputs`] : parts);
}

function outputsOf(facts: TaskFacts): Section {
  const { outputs, before } = facts;
  const part = section('Returned');
  if (outputs.length > 0) part.add(previews(outputs, facts));
  if (!before || (outputs.length === 0 && before.outputs.size === 0)) return part;
  const names = new Set([...outputs.map(([name]) => name), ...before.outputs.keys()]);
  const now = new Map(outputs);
  const rows = [...names].map((name) => {
    const [is, was] = [now.get(name), before.outputs.get(name)];
    const change = !is ? 'gone' : !was ? 'new' : is.digest === was.digest ? 'same' : 'changed';
    return { artifact: name, change, now: is?.type ?? '', before: was?.type ?? '' };
  });
  part.add(table(rows, { title: `Compared with ${before.name}` }));
  return part;
}

function previews(entries: readonly (readonly [string, ArtifactRecord])[], facts: TaskFacts) {
  const shown = entries.slice(0, ARTIFACTS).map(([name, one]) => artifact(name, shownValue(one, facts)));
  const left = entries.length - shown.length;
  return left > 0 ? [...shown, `${left.toLocaleString('en')} more artifacts`] : shown;
}

function named(entries: readonly (readonly [string, ArtifactRecord])[], facts: TaskFacts) {
  return table(entries.map(([name, one]) => ({ name, value: shownValue(one, facts) })));
}

/** A value; of one that is large, or cannot be read, what is known of it. */
function shownValue(record: ArtifactRecord, { decode }: TaskFacts): unknown {
  const about = `${record.type}, ${record.size.toLocaleString('en')} bytes`;
  if (record.size > LARGEST) return about;
  try {
    const decoded = decode(record);
    return isLater(decoded) || isFile(decoded) ? about : decoded;
  } catch {
    return about;
  }
}
