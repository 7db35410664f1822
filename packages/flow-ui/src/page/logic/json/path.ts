/** A way into a value, as people write it: `rows[0].title`, `.a["b c"]`, `[3]`. */

export type Path = readonly (string | number)[];

const STEP = /\.?([\p{L}_$][\p{L}\p{N}_$-]*)|\.(\d+)|\[(-?\d+)\]|\[("(?:[^"\\]|\\.)*")\]/uy;

/** @returns a sentence where it cannot be read */
export function pathOf(text: string): Path | string {
  const path: (string | number)[] = [];
  const typed = text.trim();
  STEP.lastIndex = 0;
  for (let at = 0; at < typed.length; at = STEP.lastIndex) {
    const found = STEP.exec(typed);
    if (!found)
      return `“${typed.slice(at)}” is no way into a value: write it as rows[0].title or ["a name"].`;
    const [, name, digits, index, quoted] = found;
    if (name !== undefined) path.push(name);
    else if (quoted !== undefined) path.push(unquoted(quoted));
    else path.push(Number(digits ?? index));
  }
  return path;
}

export function pathText(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step)
        ? `${i === 0 ? '' : '.'}${step}`
        : `[${JSON.stringify(step)}]`;
    })
    .join('');
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
