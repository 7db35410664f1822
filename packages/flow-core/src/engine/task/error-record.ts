/** Errors to plain records and back: an Error written by one Node cannot be read by every other. */
import type { ErrorField, ErrorFields, ErrorRecord } from '../../store/rows';

const DEEPEST_CAUSE = 8;

/** How many errors of an AggregateError, and how many own fields, are kept. */
const MOST_ERRORS = 20;
const MOST_FIELDS = 20;

/** Longer texts are no fields that tell what went wrong: the body of a response. */
const LONGEST_FIELD = 500;

export function toRecord(thrown: unknown, depth = 0): ErrorRecord {
  if (!(thrown instanceof Error) && !isErrorLike(thrown)) {
    const text = describe(thrown);
    return { name: 'Error', message: depth === 0 ? `a value that is no Error was thrown: ${text}` : text };
  }
  const { name, message, stack, code, cause, errors } = thrown as Error & {
    code?: unknown;
    errors?: unknown;
  };
  const fields = fieldsOf(thrown as object);
  const deeper = depth < DEEPEST_CAUSE;
  return {
    name: String(name),
    message: String(message),
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(cause !== undefined && deeper ? { cause: toRecord(cause, depth + 1) } : {}),
    ...(Array.isArray(errors) && deeper
      ? { errors: errors.slice(0, MOST_ERRORS).map((error) => toRecord(error, depth + 1)) }
      : {}),
    ...(fields ? { fields } : {}),
  };
}

function isErrorLike(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown));
  } catch {
    return String(thrown);
  }
}

/** Told elsewhere; or, of `headers`, full of what is nobody's business: tokens and cookies. */
const NO_FIELDS = new Set(['name', 'message', 'stack', 'cause', 'errors', 'headers', 'problems', 'exit']);

function fieldsOf(error: object): ErrorFields | undefined {
  const fields: ErrorFields = {};
  for (const [name, value] of entriesOf(error)) {
    if (NO_FIELDS.has(name) || (name === 'code' && typeof value === 'string')) continue;
    if (isField(value)) fields[name] = value;
    else if (isPlainObject(value)) {
      const inner = entriesOf(value).filter((entry): entry is [string, ErrorField] => isField(entry[1]));
      if (inner.length > 0) fields[name] = Object.fromEntries(inner);
    }
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
  return Object.entries(Object.getOwnPropertyDescriptors(value))
    .filter(([, { enumerable, get }]) => enumerable && !get)
    .slice(0, MOST_FIELDS)
    .map(([name, property]) => [name, property.value]);
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
