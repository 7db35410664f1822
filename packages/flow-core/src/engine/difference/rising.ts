/** The places of the longest rising subsequence of a list of different numbers. */
export function rising(numbers: readonly number[]): number[] {
  // By length: the place of the smallest number that ends a rising sequence of it.
  const ends: number[] = [];
  const before: number[] = [];
  numbers.forEach((number, at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] as number] as number) < number) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : (ends[low - 1] as number);
    ends[low] = at;
  });
  const places: number[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) places.push(at);
  return places.reverse();
}
