/** How far a comparison goes. */

export interface Bounds {
  /** The most differences that are told. The others are counted. */
  differences: number;
  /** The most values that are looked at: a million take some tenths of a second. */
  work: number;
  /** The most characters of one value. */
  width: number;
}

export const BOUNDS: Bounds = { differences: 20, work: 4_000_000, width: 60 };
