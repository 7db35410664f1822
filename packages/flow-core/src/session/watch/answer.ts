/** What a watch says of a save. */

/** What changed in the files that were saved comes before what follows from it. @param saved their names */
export function namedFirst(changed: readonly string[], saved: readonly string[]): string[] {
  const isNamed = (text: string) => saved.some((name) => text.includes(name));
  return [...changed.filter(isNamed), ...changed.filter((text) => !isNamed(text))];
}
