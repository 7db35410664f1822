/** Artifacts given as text, by `--set.<name>=<text>`: the text is read as what the artifact is that it replaces. */
import { FlowError } from '../../definition/errors';
import { typeOf } from '../../store/values/type-of';

/** Few values are typed. */
const exact = () => require('../../definition/exact') as typeof import('../../definition/exact');

/** A value as it was typed. What it means depends on the artifact that it replaces. */
export class TypedText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value, and a sentence where it is of another type than what it replaces. */
export interface ReadTyped {
  value: unknown;
  note?: string;
}

/**
 * Text stays text, unless it is a JSON text in quotes. Anything else is read as JSON, or as a number, a bigint or a
 * date where it replaces one.
 * @param recorded the type of the artifact that it replaces, as records have it; undefined for a new one
 * @throws FlowError FLOW_USAGE for text that is nothing of the kind, or whose value would not be what it says
 */
export function readTyped(name: string, { text }: TypedText, recorded: string | undefined): ReadTyped {
  if (recorded === 'string') return { value: quoted(text) ?? text };
  const own = recorded === undefined ? undefined : asRecorded(name, text, recorded);
  if (own !== undefined) return { value: own };
  const json = jsonOf(text);
  if (json instanceof Error) {
    const open = recorded === undefined || recorded === 'null' || recorded === 'undefined';
    if (open && json.name === 'SyntaxError') return replaced(name, text, recorded);
    const was = recorded === undefined ? '' : `, and "${name}" is ${described(recorded)}`;
    const why = json.name === 'SyntaxError' ? `that is no JSON (${json.message})` : json.message;
    throw refused(name, text, `${why}${was}`);
  }
  return replaced(name, json, recorded);
}

function replaced(name: string, value: unknown, recorded: string | undefined): ReadTyped {
  const kind = described(typeOf(value));
  if (recorded === undefined || described(recorded) === kind) return { value };
  return { value, note: `"${name}" is ${described(recorded)} in the inputs, and is given as ${kind}.` };
}

/** The text as a number, a bigint or a date. Undefined where it is none. @throws FlowError FLOW_USAGE */
function asRecorded(name: string, text: string, recorded: string): unknown {
  const read =
    recorded === 'number'
      ? exact().exactNumber(text)
      : recorded === 'bigint'
        ? exact().exactBigint(text.replace(/^(\s*-?\d+)n(\s*)$/, '$1$2'))
        : recorded === 'Date'
          ? exact().exactDate(quoted(text) ?? text)
          : undefined;
  if (read?.why !== undefined) throw refused(name, text, read.why);
  return read?.value;
}

function refused(name: string, text: string, why: string): FlowError {
  const help = `To give text all the same, quote it: --set.${name}='${JSON.stringify(text)}'.`;
  return new FlowError('FLOW_USAGE', `--set.${name}=${text} is refused: ${why}. ${help}`);
}

/** A text in the quotes of JSON, without them. */
function quoted(text: string): string | undefined {
  const json = text.trimStart().startsWith('"') ? jsonOf(text) : undefined;
  return typeof json === 'string' ? json : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return exact().exactJson(text);
  } catch (error) {
    return error;
  }
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  bigint: 'a bigint',
  Array: 'a list',
  Object: 'an object',
  Date: 'a date',
};

/** `a list` for `Array(3)`; the name of any other type. */
export function described(type: string): string {
  const base = type.replace(/\(.*\)$/, '');
  return KINDS[base] ?? base;
}
