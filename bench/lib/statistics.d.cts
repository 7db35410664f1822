/** Types of `statistics.cjs`, for its test. */
export interface Comparison {
  ratio: number;
  low: number;
  high: number;
  verdict: 'slower' | 'faster' | 'same' | 'open';
}
export const TOLERANCE: number;
export const FEWEST_PAIRS: number;
export function quantile(numbers: readonly number[], q: number): number;
export function median(numbers: readonly number[]): number;
export function criticalValue(pairs: number, level?: number): number;
export function hodgesLehmann(
  values: readonly number[],
  level?: number,
): { estimate: number; low: number; high: number };
export function compare(base: readonly number[], ours: readonly number[]): Comparison;
