/** Of many splits the first ones are told of in full: they mostly differ in the same way. */

/** In how many splits is told what differs inside of an artifact. */
const EXAMPLES = 3;

/** Says of each artifact that it is asked about whether it was asked about less often than that. */
export function examples(): (name: string) => boolean {
  const asked = new Map<string, number>();
  return (name) => {
    const times = asked.get(name) ?? 0;
    asked.set(name, times + 1);
    return times < EXAMPLES;
  };
}
