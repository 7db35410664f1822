/** The hook for `import` under tsx: it reads the file whose path has a question mark, by the word for it. */
import { type LoadNext, renamed, WORD } from './question-mark';

export async function load(url: string, context: object, next: LoadNext): ReturnType<LoadNext> {
  const file = renamed(url, WORD, '%3F');
  if (file === url) return next(url, context);
  // Without the URL, `require` loads a CommonJS module, by hooks of its own.
  const { responseURL: _, ...loaded } = await next(file, context);
  return loaded;
}
