/** The error of merge() for names with different values: every name, each value, and the inputs that have it. */
import { inspect } from 'node:util';
import { FlowError, type Problem } from './errors';

export interface Seen {
  preview(): string;
  /** The inputs that have this value, in their order. */
  labels: string[];
}
export interface Conflict {
  name: string;
  values: Seen[];
}

/** How many different values of a name are shown, and how many of the inputs that share one. */
const VALUES = 5;
const LABELS = 2;
/** Longest preview. */
const WIDTH = 40;

/** @param call what to write instead */
export function conflictError(conflicts: readonly Conflict[], call: string): FlowError {
  const problems = conflicts.map((conflict): Problem => {
    return { code: 'FLOW_MERGE_CONFLICT', message: `"${conflict.name}": ${valuesText(conflict)}` };
  });
  const names = conflicts.length === 1 ? 'one name' : `${conflicts.length} names`;
  return new FlowError(
    'FLOW_MERGE_CONFLICT',
    `merge() met different values of ${names}:\n${problems.map(({ message }) => `  ${message}`).join('\n')}\nReturn ${conflicts.length === 1 ? 'it' : 'them'} from the step itself, or leave ${conflicts.length === 1 ? 'it' : 'them'} out: ${call}`,
    { exit: 1, problems },
  );
}

function valuesText({ values }: Conflict): string {
  const shown = values.slice(0, values.length > VALUES ? VALUES - 1 : VALUES);
  const texts = shown.map(({ preview, labels }) => `${labelsText(labels)} ${preview()}`);
  const rest = values.slice(shown.length);
  if (rest.length > 0) {
    const inputs = rest.reduce((sum, { labels }) => sum + labels.length, 0);
    texts.push(`${inputs} more have ${rest.length} other values`);
  }
  return texts.join('; ');
}

function labelsText(labels: readonly string[]): string {
  if (labels.length === 1) return `${labels[0]} has`;
  const shown = labels.slice(0, labels.length > LABELS + 1 ? LABELS : labels.length).join(', ');
  return `${labels.length} inputs (${shown}${labels.length > LABELS + 1 ? ', …' : ''}) have`;
}

/** A value on one short line. */
export function previewOf(value: unknown): string {
  const text = inspect(value, {
    depth: 1,
    maxArrayLength: 5,
    maxStringLength: WIDTH,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
  }).replace(/\s+/g, ' ');
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}

/** The name as a string literal in code. */
export function literal(name: string): string {
  return `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
