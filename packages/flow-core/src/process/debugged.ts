/** Whether this process is debugged. Nothing is loaded for that: Node's own module takes 2 ms. */

const DEBUGGED = /--inspect/;
let opened = false;

/** At a breakpoint, code may take as long as it will. */
export function isDebugged(): boolean {
  return opened || DEBUGGED.test([...process.execArgv, process.env.NODE_OPTIONS].join(' '));
}

/** A debugger was let in that no flag of Node tells of. */
export function debuggerOpened(): void {
  opened = true;
}
