/**
 * Loads files whose path has a question mark. tsx takes what follows it for a query and reads another file, so it
 * gets a word instead of each question mark, and the compiled code gets them back.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';

type Loader = (module: never, file: string) => void;
interface Compiling {
  _compile(code: string, file: string): unknown;
}

type Loaded = { format?: string; source?: string | Uint8Array | null; responseURL?: string };
export type LoadNext = (url: string, context: object) => Promise<Loaded>;

export const WORD = '__nx_flow_question_mark__';

/** What tsx splits at question marks: first for the file to read, then for the name of the source. */
class Path extends String {
  readonly #parts: string[];

  constructor(path: string) {
    super(path);
    this.#parts = [path, path.replaceAll('?', WORD)];
  }

  override split(separator: { [Symbol.split](text: string, limit?: number): string[] } | string): string[] {
    if (separator !== '?') return this.toString().split(separator as string);
    return [(this.#parts.length > 1 ? this.#parts.shift() : this.#parts[0]) as string];
  }
}

export function loadWithQuestionMark(transforming: Loader, module: Compiling, file: string): void {
  const { _compile } = module;
  module._compile = (code, name) => {
    module._compile = _compile;
    return _compile.call(module, restored(code), String(name));
  };
  transforming(module as never, new Path(file) as never);
}

/** The file that a request with a question mark names as it is written, if there is one. */
export function fileWithQuestionMark(
  request: string,
  importer: string | null | undefined,
): string | undefined {
  if (!isAbsolute(request) && !/^\.\.?\//.test(request)) return undefined;
  const file = resolve(dirname(importer ?? ''), request);
  return existsSync(file) && statSync(file).isFile() ? file : undefined;
}

/** The code with its question marks, also in its source map. */
export function restored(code: string): string {
  return code
    .replace(/(sourceMappingURL=data:application\/json;base64,)([\w+/=]+)/g, (_, head, map) => {
      const text = Buffer.from(map, 'base64').toString('utf8').replaceAll(WORD, '?');
      return head + Buffer.from(text, 'utf8').toString('base64');
    })
    .replace(/file:\/\/\/[^"'`\s]*/g, (url) => url.replaceAll(WORD, '%3F'))
    .replaceAll(WORD, '?');
}

/** A URL with another word in its path. */
export function renamed(url: string, from: string, to: string): string {
  const [path = '', ...query] = url.split(/(?=[?#])/);
  return [path.replaceAll(from, to), ...query].join('');
}
