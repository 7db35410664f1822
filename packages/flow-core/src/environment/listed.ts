/** Whether a root lists a package in its workspaces: npm's, yarn's and bun's in package.json, pnpm's in its own file. */
import { readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Whether the workspaces of `root` name the folder `project` beneath it. */
export function listsPackage(root: string, project: string): boolean {
  const path = relative(root, project).split(sep).join('/');
  return isNamed(path, manifestPatterns(root)) || isNamed(path, pnpmPatterns(root));
}

/** `"workspaces": ["packages/*"]`, or `{ "packages": [...] }`. None where package.json cannot be read. */
function manifestPatterns(root: string): string[] {
  const text = textOf(join(root, 'package.json'));
  if (!text.includes('workspaces')) return [];
  try {
    const { workspaces } = JSON.parse(text.replace(/^\uFEFF/, ''));
    return texts(Array.isArray(workspaces) ? workspaces : workspaces?.packages);
  } catch {
    return [];
  }
}

/** The list `packages` of pnpm-workspace.yaml. What it excludes is excluded wherever the line stands. */
function pnpmPatterns(root: string): string[] {
  const patterns = yamlList(textOf(join(root, 'pnpm-workspace.yaml')), 'packages');
  return [...patterns.filter((text) => !text.startsWith('!')), ...patterns.filter((t) => t.startsWith('!'))];
}

/** A list of texts at the top of a YAML file, in either form: `- 'apps/*'` a line, or `['apps/*', libs/*]`. */
function yamlList(yaml: string, name: string): string[] {
  const lines = yaml.replace(/^\uFEFF/, '').split(/\r?\n/);
  const key = new RegExp(`^(['"]?)${name}\\1\\s*:(.*)$`);
  const at = lines.findIndex((line) => key.test(line));
  if (at < 0) return [];
  const rest = [key.exec(lines[at] as string)?.[2] ?? '', ...lines.slice(at + 1)].map(withoutComment);
  const first = rest.findIndex((line) => line.trim() !== '');
  if (rest[first]?.trim().startsWith('[')) {
    const list = rest.slice(first).join('\n');
    const inside = list.slice(list.indexOf('[') + 1, list.indexOf(']'));
    return [...inside.matchAll(/'([^']*)'|"([^"]*)"|([^\s,'"][^,]*)/g)].map((found) =>
      (found[1] ?? found[2] ?? found[3] ?? '').trim(),
    );
  }
  const items: string[] = [];
  for (const line of rest) {
    if (line.trim() === '') continue;
    const [, item] = /^\s*-\s+(.*)$/.exec(line) ?? [];
    if (item === undefined) break;
    items.push(item.trim().replace(/^(['"])(.*)\1$/, '$2'));
  }
  return items;
}

/** A `#` begins a comment after a space, outside quotes. */
function withoutComment(line: string): string {
  return /^((?:'[^']*'|"[^"]*"|[^'"#]|(?<=\S)#)*?)(?:(?:^|\s)#.*)?$/.exec(line)?.[1] ?? line;
}

/** Whether the last pattern that matches the path is one that includes. */
function isNamed(path: string, patterns: readonly string[]): boolean {
  let named = false;
  for (const pattern of patterns) {
    const excluding = pattern.startsWith('!');
    if (excluding === named && expressionOf(excluding ? pattern.slice(1) : pattern).test(path))
      named = !excluding;
  }
  return named;
}

/** A glob of folders as an expression: `*`, `**`, `?`, `[ab]` and `{a,b}`. */
function expressionOf(pattern: string): RegExp {
  const glob = pattern.replace(/^(?:\.?\/)+/, '').replace(/\/(?:package\.json)?$/, '');
  let braces = 0;
  const source = glob.replace(
    /\*\*\/|\/\*\*$|\*+|\?|\[!?[^\]/]+\]|[{},]|[.+^$()|[\]\\]/g,
    (found, at: number) => {
      if (found === '**/') return '(?:[^/]+/)*';
      if (found === '/**') return '(?:/.*)?';
      if (found === '**' && (at === 0 || glob[at - 1] === '/')) return '.*';
      if (found.startsWith('*')) return '[^/]*';
      if (found === '?') return '[^/]';
      if (found.length > 1) return found.replace(/^\[!/, '[^');
      if (found === '{') return ++braces > 0 ? '(?:' : '';
      if (found === '}' && braces > 0) return --braces >= 0 ? ')' : '';
      if (found === ',') return braces > 0 ? '|' : ',';
      return `\\${found}`;
    },
  );
  try {
    return new RegExp(`^${source}$`);
  } catch {
    // A brace or a bracket that is not closed: it names what it spells.
    return new RegExp(`^${glob.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
  }
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

function textOf(file: string): string {
  try {
    // In a folder of another user, a named pipe of that name would be waited for.
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}
