/** What git ignores, by the .gitignore of each folder. Without one in the root, the usual folders of builds. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ignore from 'ignore';

export class GitIgnored {
  readonly #workspace: string;
  readonly #rules = new Map<string, ReturnType<typeof ignore> | undefined>();

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  has(path: string): boolean {
    if (path.startsWith('..')) return false;
    if (!this.#of('.')) return /(^|\/)(dist|build|out)\//.test(path);
    const folders = path.split('/').slice(0, -1);
    return ['.', ...folders.map((_, i) => folders.slice(0, i + 1).join('/'))].some((folder) =>
      this.#of(folder)?.ignores(posix.relative(folder, path)),
    );
  }

  #of(folder: string): ReturnType<typeof ignore> | undefined {
    if (!this.#rules.has(folder)) {
      const place = join(this.#workspace, folder, '.gitignore');
      const text = existsSync(place) ? readFileSync(place, 'utf8') : undefined;
      this.#rules.set(folder, text === undefined ? undefined : ignore().add(text));
    }
    return this.#rules.get(folder);
  }
}
