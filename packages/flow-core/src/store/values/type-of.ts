/** The type of a value as records show it: `Array(3)`, `Map(2)`, `Object`. */
import { types } from 'node:util';
import { fileType, isFile } from '../cas/file';
import { bytesClass, nameOf } from './builtin-class';
import { isLater } from './later';

/** Types of lists: `Buffer` is one of numbers. */
const LIST =
  /^(?:Array|Map|Set|Buffer|(?:Int|Uint)(?:8|16|32)Array|Uint8ClampedArray|Float(?:16|32|64)Array|Big(?:Int|Uint)64Array)\((\d+)\)$/;

/** The length of a list by its type, as {@link typeOf} gives it. Returns undefined where the type does not say it. */
export function listLength(type: string | undefined): number | undefined {
  const length = type?.match(LIST)?.[1];
  return length === undefined ? undefined : Number(length);
}

/** For people: `Array(3)`, `Map(2)`, `string`, `Float64Array(10)`, `Object`, `File(big.csv)`, the name of a class. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (isFile(value)) return fileType(value.name);
  if (isLater(value)) return value.type;
  if (Array.isArray(value)) return `Array(${value.length})`;
  if (ArrayBuffer.isView(value)) {
    return `${bytesClass(value)}(${(value as { length?: number }).length ?? value.byteLength})`;
  }
  if (types.isArrayBuffer(value)) return `ArrayBuffer(${value.byteLength})`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === 'Map' || tag === 'Set') return `${tag}(${(value as Map<unknown, unknown>).size})`;
  return tag === 'Object' && Object.getPrototypeOf(value) !== null ? nameOf(value) : tag;
}
