/** Calls what a step left to be called when its process exits. The exit code stays what the engine says. */
import type { ExitListener } from './containment';

const left: ExitListener[] = [];
let installed = false;

export function callAtExit(listeners: readonly ExitListener[]): void {
  left.push(...listeners);
  if (installed || left.length === 0) return;
  installed = true;
  process.on('exit', callAll);
}

function callAll(code: number): void {
  const functions = process as unknown as Record<'exit' | 'reallyExit', unknown>;
  const { exit, reallyExit } = functions;
  const ignored = () => {
    throw new Error('The process is exiting already.');
  };
  functions.exit = functions.reallyExit = ignored;
  for (const listener of left) {
    try {
      listener.call(process, code);
    } catch {
      // The step has ended. What fails now changes nothing.
    }
  }
  Object.assign(functions, { exit, reallyExit });
  process.exitCode = code;
}
