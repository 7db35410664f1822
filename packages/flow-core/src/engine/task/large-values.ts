/**
 * The large values that a join's inputs show, where there are too many to keep them all. Those that were read last are kept;
 * the others for as long as the body holds them. So an input gives the same object again while anyone has it, and what was
 * read and let go makes room.
 */
import { endKeptObjects } from '../../environment/node-capabilities';
import { isFile } from '../../store/cas/file';
import type { Decode, ReadLarge, Visible } from './view';

/** One name of one input. */
interface Cell {
  size: number;
  /** Absent once it was let go. */
  value?: unknown;
  /** A text has none: equal ones cannot be told apart. */
  ref?: WeakRef<object>;
}

export class LargeValues {
  readonly #decode: Decode;
  readonly #most: number;
  /** Those that are kept, the one that was read last at the end. */
  readonly #kept = new Set<Cell>();
  #bytes = 0;
  /** Bytes that were let go since V8 last forgot what it keeps. */
  #letGo = 0;

  /** @param most bytes, as they are encoded, that are kept */
  constructor(decode: Decode, most: number) {
    this.#decode = decode;
    this.#most = most;
  }

  /** Gives what reads the values of one input. */
  ofInput(): ReadLarge {
    const cells = new Map<string, Cell>();
    return (name, visible) => {
      let cell = cells.get(name);
      if (!cell) {
        cell = { size: 0 };
        cells.set(name, cell);
      }
      return this.#read(cell, visible);
    };
  }

  #read(cell: Cell, visible: Visible): unknown {
    if (this.#kept.delete(cell)) {
      this.#kept.add(cell);
      return cell.value;
    }
    cell.value = cell.ref?.deref() ?? this.#decode(visible);
    cell.size = isFile(cell.value) ? 0 : visible.size;
    this.#kept.add(cell);
    this.#bytes += cell.size;
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.#most || oldest === cell) break;
      this.#leave(oldest);
    }
    return cell.value;
  }

  #leave(cell: Cell): void {
    const { value, size } = cell;
    this.#kept.delete(cell);
    this.#bytes -= size;
    delete cell.value;
    if (typeof value === 'object' && value !== null && cell.ref?.deref() !== value)
      cell.ref = new WeakRef(value);
    this.#letGo += size;
    if (this.#letGo < this.#most) return;
    this.#letGo = 0;
    endKeptObjects();
  }
}
