/** The place in the user's file that calls into this package, for error messages. */

/**
 * Remembers the caller's place. The stack is rendered on demand, only when something is wrong: with source maps
 * on, rendering is slow.
 */
export function callSite(below: (...args: never[]) => unknown): () => string | undefined {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(holder, below);
  Error.stackTraceLimit = limit;
  return () => placeOf(holder.stack?.split('\n')[1]);
}

/** `file:line:column` out of one line of a stack trace. */
export function placeOf(line: string | undefined): string | undefined {
  const match = line?.match(PLACE);
  if (!match) return undefined;
  const [, url, path, position] = match as unknown as [string, string | undefined, string, string];
  // A folder's name may have a question mark. In a URL it is encoded.
  const bare = path.replace(url ? /\?.*$/ : /\?[\w-]+=[^/\\]*$/, '');
  return `${url ? decodePath(bare) : bare}${position}`;
}

/** A URL or a path, with a query, `:line:column`. A folder's name may have parentheses: `(draft)`. */
const PLACE =
  /(?:\(|at (?:async )?)(file:\/\/(?:\/(?=[A-Za-z]:))?)?((?:\/|[A-Za-z]:[\\/])(?:[^()]|\([^()]*\))*?)(:\d+:\d+)\)?\s*$/;

/** A source map may name a file URL that is not encoded. Then the URL is used unchanged. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
