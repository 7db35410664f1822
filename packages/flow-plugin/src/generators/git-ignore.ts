/** Makes git ignore folders of the workspace's root. */
import type { Tree } from '@nx/devkit';
import ignore from 'ignore';

const FILE = '.gitignore';

/** Adds a line for each folder that no line ignores yet in any notation. */
export function ignoredByGit(tree: Tree, folders: readonly string[]): void {
  const text = tree.read(FILE, 'utf-8') ?? '';
  const rules = ignore().add(text);
  const missing = folders.filter((folder) => !rules.ignores(`${folder}/file`));
  if (missing.length === 0) return;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' || text.endsWith('\n') ? text : text + eol;
  tree.write(FILE, before + missing.map((folder) => folder + eol).join(''));
}
