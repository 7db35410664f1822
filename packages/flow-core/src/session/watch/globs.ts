/** Globs of declared inputs, for absolute paths. */
import { resolve, sep } from 'node:path';

/** Whether a path is among the files that the globs name. `!` in front leaves out. @param folder globs count from there */
export function globMatcher(globs: readonly string[], folder: string): (path: string) => boolean {
  const rules = globs.map((glob) => {
    const not = glob.startsWith('!');
    return { not, names: regExpOf(not ? glob.slice(1) : glob, folder) };
  });
  return (path) => {
    const name = path.split(sep).join('/');
    return rules.reduce((counts, { not, names }) => (names.test(name) ? !not : counts), false);
  };
}

/** A glob without wildcards names a file, or a folder with all that is in it. */
function regExpOf(glob: string, folder: string): RegExp {
  const [up = ''] = /^(?:\.\.?\/)*/.exec(glob) ?? [];
  const base = resolve(folder, up).split(sep).join('/').replace(/\/$/, '');
  const all = new RegExp(`^${quoted(base)}/`);
  const rest = glob.slice(up.length);
  // Patterns such as +(a|b): too many files count, rather than too few.
  if (rest.includes('(')) return all;
  const signs = rest.match(/\*\*\/|\*+|\?|\[[^\]]*\]|[{},]|[^*?[\]{},]+|./g) ?? [];
  let open = 0;
  const body = signs.map((sign) => {
    if (sign === '**/') return '(?:.*/)?';
    if (sign === '**') return '.*';
    if (/^\*+$/.test(sign)) return '[^/]*';
    if (sign === '?') return '[^/]';
    if (/^\[.+\]$/.test(sign)) return sign.replace(/^\[!/, '[^');
    if (sign === '{') open++;
    if (sign === '{') return '(?:';
    if (sign === '}' && open-- > 0) return ')';
    if (sign === ',' && open > 0) return '|';
    return quoted(sign);
  });
  try {
    return new RegExp(`^${quoted(base)}/${body.join('')}(?:/.*)?$`);
  } catch {
    return all;
  }
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
