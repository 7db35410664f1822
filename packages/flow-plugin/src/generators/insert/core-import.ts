/** Imports `merge` or `oneOf` into a module, if it does not yet. */
import type { Positions } from '@nx-flow/core/source';
import { type Edit, insertAt } from './edits';
import type { Style } from './style';

export interface Imported {
  /** The module's local name for it. */
  local: string;
  edits: Edit[];
}

/**
 * @param name an export of `@nx-flow/core`
 * @param taken names that mean something else in the module, such as lodash's `merge`
 */
export function importCore(
  name: string,
  text: string,
  { core, statements }: Positions,
  taken: ReadonlySet<string>,
  { eol, quote, semicolon }: Style,
): Imported {
  const known = core.locals.get(name) ?? (core.namespace && `${core.namespace}.${name}`);
  if (known) return { local: known, edits: [] };
  const local = taken.has(name) ? `${name}Of` : name;
  // The name goes after the last one that it sorts after, on its own line if the others have theirs.
  const next = core.list.findLast((one) => one.name < name) ?? core.list[0];
  if (!next) {
    const specifier = local === name ? name : `${name} as ${local}`;
    const statement = `import { ${specifier} } from ${quote}@nx-flow/core${quote}${semicolon}${eol}`;
    return { local, edits: [insertAt(statements[0]?.start ?? 0, statement)] };
  }
  const imports = statements.some(({ start, end }) => {
    return start < next.start && next.end < end && text.startsWith('import', start);
  });
  const written = local === name ? name : `${name}${imports ? ' as' : ':'} ${local}`;
  const indent = text.slice(0, next.start).match(/\n([ \t]*)$/)?.[1];
  const between = indent === undefined ? ', ' : `,${eol}${indent}`;
  const edit =
    next.name < name ? insertAt(next.end, between + written) : insertAt(next.start, written + between);
  return { local, edits: [edit] };
}
