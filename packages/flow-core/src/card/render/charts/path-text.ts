/** The text of a path. A card has thousands of places: as strings that are put together, they took most of its time. */

/** `M`, `L`, a space, a point and `0`. */
const [MOVE, LINE, SPACE, POINT, ZERO] = [0x4d, 0x4c, 0x20, 0x2e, 0x30] as const;
/** Bytes of `M999.9 999.9`. */
const LONGEST = 12;
/** Tenths; no picture is as wide. */
const FARTHEST = 9_999;

/** `M12.5 30L13 31.5`. */
export class PathText {
  readonly #bytes: Buffer;
  #end = 0;

  /** @param places at most so many */
  constructor(places: number) {
    this.#bytes = Buffer.allocUnsafe(LONGEST * places);
  }

  moveTo(x: number, y: number): void {
    this.#place(MOVE, x, y);
  }

  lineTo(x: number, y: number): void {
    this.#place(LINE, x, y);
  }

  toString(): string {
    return this.#bytes.toString('latin1', 0, this.#end);
  }

  #place(sign: number, x: number, y: number): void {
    this.#bytes[this.#end++] = sign;
    this.#number(x);
    this.#bytes[this.#end++] = SPACE;
    this.#number(y);
  }

  /** Tenths are what is seen. */
  #number(number: number): void {
    const tenths = Math.max(0, Math.min(FARTHEST, Math.round(10 * number))) | 0;
    const whole = (tenths / 10) | 0;
    const tens = (whole / 10) | 0;
    if (whole >= 100) this.#digit((tens / 10) | 0);
    if (whole >= 10) this.#digit(tens % 10);
    this.#digit(whole % 10);
    if (tenths % 10 === 0) return;
    this.#bytes[this.#end++] = POINT;
    this.#digit(tenths % 10);
  }

  #digit(digit: number): void {
    this.#bytes[this.#end++] = ZERO + digit;
  }
}
