/** Makes a variable's name from the name of a flow or a step: `by-genre` becomes byGenre. */

/** Words that cannot be a variable's name in a module. */
const RESERVED = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public
  return static super switch this throw true try typeof undefined var void while with yield`.split(/\s+/),
);

/** @param suffix added when the name is reserved or taken: `count` becomes countStep */
export function identifier(name: string, taken: ReadonlySet<string>, suffix: string): string {
  const camel = name.replace(/-+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '');
  const free = (word: string) => !RESERVED.has(word) && !taken.has(word);
  if (free(camel)) return camel;
  let candidate = camel + suffix;
  for (let i = 2; !free(candidate); i++) candidate = `${camel}${suffix}${i}`;
  return candidate;
}
