/** Whose code it is that ends a process, or throws in it, as its stack tells. */
import { sep } from 'node:path';
import { types } from 'node:util';
import { placeOf } from '../definition/callsite';
import { packageFile } from '../environment/package-root';

/**
 * Whether code that ends the process is not that of the program which imported the flow.
 * @param programs the files of that program
 */
export function isOfFlow(stack: string | undefined, programs: ReadonlySet<string>): boolean {
  const files = filesOf(stack).filter((file) => !ENGINE.some((folder) => file.startsWith(folder)));
  const others = files.filter((file) => !programs.has(file));
  // A timer may call `process.exit` itself. Then there is no line of anybody.
  return others.length === files.length || others.some((file) => !/[\\/]node_modules[\\/]/.test(file));
}
const ENGINE = ['dist', 'src'].map((folder) => packageFile(folder) + sep);

/** The files that a stack leads through. */
export function filesOf(stack: unknown): string[] {
  const lines = String(stack ?? '').split('\n');
  return lines.flatMap((line) => placeOf(line)?.replace(/:\d+:\d+$/, '') ?? []);
}

/** What was thrown may be anything. */
export function stackOf(thrown: unknown): unknown {
  try {
    return types.isNativeError(thrown) ? thrown.stack : undefined;
  } catch {
    return undefined;
  }
}
