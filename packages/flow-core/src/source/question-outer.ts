/**
 * The hook for `import` over tsx: it puts a word in the place of a question mark in a path, and into the compiled code
 * the question mark again. Loaded by its file, in the thread that Node has for hooks.
 */
import { type LoadNext, renamed, restored, WORD } from './question-mark';

export async function load(url: string, context: object, next: LoadNext): ReturnType<LoadNext> {
  const word = renamed(url, '%3F', WORD);
  if (word === url) return next(url, context);
  const loaded = await next(word, context);
  const { source } = loaded;
  if (source === null || source === undefined) return loaded;
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
  return { ...loaded, source: restored(text) };
}
