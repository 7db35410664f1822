/** Errors to plain records and back: an Error written by one Node cannot be read by every other. */
import { isFlowError } from '../../definition/errors';
import { describeValue, isErrorLike, LONGEST_TEXT, readProperty, textOf } from '../../definition/thrown';
import type { ErrorField, ErrorFields, ErrorRecord } from '../../store/rows/rows';

/** Errors of the engine about what a step has returned: the place of the step is theirs. */
export const ABOUT_RETURNED: ReadonlySet<string> = new Set([
  'FLOW_ARTIFACT_UNSTORABLE',
  'FLOW_ARTIFACT_NAME',
  'FLOW_FILE',
  'FLOW_RETURN',
  'FLOW_SECRET_ARTIFACT',
]);

const DEEPEST_CAUSE = 8;

/** How many errors of an AggregateError, how many errors in all, and how many own fields, are kept. */
const MOST_ERRORS = 20;
const MOST_RECORDS = 100;
const MOST_FIELDS = 20;

/** Longer texts are no fields that tell what went wrong: the body of a response. */
const LONGEST_FIELD = 500;

/** How much of the end of a long stack is looked at for its frames. Characters. */
const FRAMES_END = 16 * 1024;

/** Describes what was thrown, whatever it is. Describing never throws: an outcome waits for it. */
export function toRecord(thrown: unknown): ErrorRecord {
  return recordOf(thrown, [], { left: MOST_RECORDS });
}

/** @param around the errors whose cause or part it is, the outermost first */
function recordOf(thrown: unknown, around: readonly unknown[], records: { left: number }): ErrorRecord {
  const depth = around.length;
  records.left--;
  if (!isErrorLike(thrown)) {
    const text = describeValue(thrown);
    return { name: 'Error', message: depth === 0 ? `a value that is no Error was thrown: ${text}` : text };
  }
  const property = (name: string) => readProperty(thrown, name);
  const [stack, code, cause] = [property('stack'), property('code'), property('cause')];
  const path = [...around, thrown];
  const inner = (error: unknown) =>
    path.includes(error) ? { name: nameOf(error), message: '(circular)' } : recordOf(error, path, records);
  const deeper = depth < DEEPEST_CAUSE && records.left > 0;
  const errors = deeper ? elementsOf(property('errors')) : undefined;
  const fields = fieldsOf(thrown as object);
  return {
    name: nameOf(thrown),
    message: textOf(property('message')) ?? 'its message cannot be read',
    ...(typeof stack === 'string' ? { stack: stackOf(stack) } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause !== undefined && deeper ? { cause: inner(cause) } : {}),
    ...placeOf(thrown),
    ...(errors ? { errors: errors.flatMap((error) => (records.left > 0 ? [inner(error)] : [])) } : {}),
    ...(fields ? { fields } : {}),
  };
}

function nameOf(error: unknown): string {
  return textOf(readProperty(error, 'name')) ?? 'Error';
}

/** The frames stand at the end, behind the message: they outlast the cut of a long one. */
function stackOf(stack: string): string {
  const text = textOf(stack) as string;
  if (stack.length <= LONGEST_TEXT) return text;
  const frames = stack
    .slice(-FRAMES_END)
    .split('\n')
    .filter((line, i) => i > 0 && /^\s+at /.test(line));
  return [text, ...frames].join('\n');
}

function placeOf(thrown: unknown): { where?: string } {
  try {
    if (!isFlowError(thrown) || !/^FLOW_(IMPORT|SYNTAX)$/.test(thrown.code)) return {};
    const where = thrown.problems[0]?.where;
    return typeof where === 'string' && /:\d+:\d+$/.test(where) ? { where } : {};
  } catch {
    // It only looks like one of ours.
    return {};
  }
}

/** The first elements of an array; undefined for what is none, and for one that cannot be read. */
function elementsOf(value: unknown): unknown[] | undefined {
  try {
    return Array.isArray(value)
      ? Array.from({ length: Math.min(value.length, MOST_ERRORS) }, (_, i) => value[i])
      : undefined;
  } catch {
    return undefined;
  }
}

/** They are recorded elsewhere. And `headers` hold secrets: tokens and cookies. */
const NO_FIELDS = new Set(['name', 'message', 'stack', 'cause', 'errors', 'headers', 'problems', 'exit']);

function fieldsOf(error: object): ErrorFields | undefined {
  const fields: ErrorFields = {};
  try {
    for (const [name, value] of entriesOf(error)) {
      if (NO_FIELDS.has(name) || (name === 'code' && typeof value === 'string')) continue;
      if (isField(value)) fields[name] = value;
      else if (isPlainObject(value)) {
        const inner = entriesOf(value).filter((entry): entry is [string, ErrorField] => isField(entry[1]));
        if (inner.length > 0) fields[name] = Object.fromEntries(inner);
      }
    }
  } catch {
    // A Proxy that does not say what it has: its other fields are kept.
  }
  return Object.keys(fields).length > 0 ? fields : undefined;
}

function isField(value: unknown): value is ErrorField {
  if (typeof value === 'string') return value.length <= LONGEST_FIELD;
  return value === null || typeof value === 'boolean' || Number.isFinite(value);
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && 'isPrototypeOf' in prototype);
}

/** Own properties, without asking getters. */
function entriesOf(value: object): [string, unknown][] {
  const entries: [string, unknown][] = [];
  for (const name of Object.keys(value)) {
    if (entries.length === MOST_FIELDS) break;
    const property = Object.getOwnPropertyDescriptor(value, name);
    if (property && 'value' in property && name !== '__proto__') entries.push([name, property.value]);
  }
  return entries;
}

const CLASSES: Record<string, new (message: string) => Error> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** An Error of the built-in class of that name, with the message, stack, code, fields and causes of a record. */
export function fromRecord({ name, message, stack, code, cause, errors, fields }: ErrorRecord): Error {
  const error =
    errors && name === 'AggregateError'
      ? new AggregateError([], message)
      : new (CLASSES[name] ?? Error)(message);
  const hidden = (value: unknown) => ({ writable: true, configurable: true, enumerable: false, value });
  if (cause) Object.defineProperty(error, 'cause', hidden(fromRecord(cause)));
  if (errors) Object.defineProperty(error, 'errors', hidden(errors.map(fromRecord)));
  if (name !== error.name) Object.defineProperty(error, 'name', hidden(name));
  Object.defineProperty(error, 'stack', hidden(stack));
  return Object.assign(error, fields, code === undefined ? {} : { code });
}
