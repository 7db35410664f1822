/** Looks for secrets inside of a value that is to be stored, and says where. */
import { types } from 'node:util';
import { unreachable } from '../../definition/errors';
import { Instance } from '../../store/values/instance';

/** What tells a secret: its name, or undefined when there is none. */
export interface Finder {
  inText(text: string): string | undefined;
  inBytes(bytes: Uint8Array): string | undefined;
  /** Whether the digits of a number may be one. */
  digits: boolean;
}

export interface Found {
  /** The name of the secret. */
  secret: string;
  /** Where it is in the value: `$.headers.authorization`. */
  path: string;
}

/** The longest path that is told whole. Steps. */
const SHOWN = 24;

/** From the value around it: a property, an entry of a list, a key or a value of a Map, an item of a Set. */
type Way = 'root' | 'within' | 'property' | 'entry' | 'key' | 'get' | 'item';

interface Place {
  value: object;
  way: Way;
  name: unknown;
  around: Place | undefined;
}

/**
 * A secret in a value. Numbers count by their digits, bytes as they are, names of properties as what they name.
 * @param root what a codec of the engine stores: without getters and functions
 */
export function findInValue(root: unknown, finder: Finder): Found | undefined {
  const seen = new Set<object>();
  const todo: Place[] = [];
  let found: Found | undefined;
  /** Looks at a value, or at its name. What holds others waits. A path is made only of what is found: most are never told. */
  const look = (value: unknown, way: Way, name: unknown, around?: Place) => {
    if (found) return;
    const secret = secretIn(value, finder);
    if (secret !== undefined) found = { secret, path: pathOf(way, name, around) };
    else if (typeof value === 'object' && value !== null && !isMemory(value))
      todo.push({ value, way, name, around });
  };
  look(root, 'root', '');
  for (let place = todo.pop(); place && !found; place = todo.pop()) {
    const { value } = place;
    if (seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Instance) {
      look(value.taken, 'within', '', place);
      look(value.bytes, 'within', '', place);
      continue;
    }
    if (types.isMap(value)) {
      for (const [key, inner] of value) {
        look(key, 'key', key, place);
        look(inner, 'get', key, place);
      }
    } else if (types.isSet(value)) for (const inner of value) look(inner, 'item', '', place);
    const isList = Array.isArray(value);
    // The message of an error is hidden, and so is its stack.
    const names = types.isNativeError(value) ? Object.getOwnPropertyNames(value) : Object.keys(value);
    for (const name of names) {
      const isEntry = isList && /^\d+$/.test(name);
      if (!isEntry) look(name, 'property', name, place);
      look((value as Record<string, unknown>)[name], isEntry ? 'entry' : 'property', name, place);
    }
  }
  return found;
}

function secretIn(value: unknown, finder: Finder): string | undefined {
  if (typeof value === 'string') return finder.inText(value);
  if (typeof value === 'number' || typeof value === 'bigint')
    return finder.digits ? finder.inText(String(value)) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (types.isStringObject(value)) return finder.inText(String.prototype.valueOf.call(value));
  if (types.isNumberObject(value)) return secretIn(Number.prototype.valueOf.call(value), finder);
  if (ArrayBuffer.isView(value))
    return finder.inBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (types.isArrayBuffer(value)) return finder.inBytes(new Uint8Array(value));
  return types.isRegExp(value) ? finder.inText(value.source) : undefined;
}

const isMemory = (value: object) => ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);

function stepText(way: Way, name: unknown): string {
  switch (way) {
    case 'root':
      return '$';
    case 'within':
      return '';
    case 'item':
      return '.item';
    case 'key':
    case 'get':
      return `.${way}(${keyText(name)})`;
    case 'entry':
      if (/^\d+$/.test(name as string)) return `[${name}]`;
      break;
    case 'property':
      break;
    default:
      return unreachable(way);
  }
  return /^[A-Za-z_$][\w$]*$/.test(name as string) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key);
  return typeof key === 'object' ? '…' : String(key);
}

function pathOf(way: Way, name: unknown, around: Place | undefined): string {
  const steps = [stepText(way, name)];
  for (let at = around; at; at = at.around) steps.push(stepText(at.way, at.name));
  if (steps.length > SHOWN) steps.splice(SHOWN / 2, steps.length - SHOWN, '…');
  return steps.reverse().join('');
}
