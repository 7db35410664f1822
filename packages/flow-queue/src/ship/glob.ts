/** What a pattern of `inputs` matches. Those with `!` decide what is not sent. */

/**
 * What is in parentheses, such as `@(a|b)`, stands for anything in a name: rather a file too few is sent than one too many.
 * @example
 * ```ts
 * globTest('data/**\/*.{csv,json}')('data/2024/films.csv'); // true
 * ```
 */
export function globTest(glob: string): (path: string) => boolean {
  const regex = new RegExp(`^${sourceOf(glob)}(?:/.*)?$`, 's');
  return (path) => regex.test(path);
}

const SIGNS = /[?*+@!]?\([^()]*\)|\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|\{[^{}]*\}|[\\^$.|+()[\]{}]/g;

function sourceOf(glob: string): string {
  return glob.replace(SIGNS, (sign) => {
    if (sign.endsWith(')') && sign.length > 1) return '[^/]*';
    if (sign === '**/') return '(?:[^/]+/)*';
    if (sign === '**') return '.*';
    if (sign === '*') return '[^/]*';
    if (sign === '?') return '[^/]';
    if (sign.length > 2 && sign.startsWith('['))
      return `[${sign[1] === '!' ? '^' : ''}${sign.slice(sign[1] === '!' ? 2 : 1, -1).replace(/[\\^[]/g, '\\$&')}]`;
    if (sign.length > 1 && sign.startsWith('{'))
      return `(?:${sign.slice(1, -1).split(',').map(sourceOf).join('|')})`;
    return `\\${sign}`;
  });
}
