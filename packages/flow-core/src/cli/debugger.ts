/** Opens Node's inspector in this process, on the loopback interface alone, and stops at the beginning of a function. */
import { once } from 'node:events';
import { open, Session, url, waitForDebugger } from 'node:inspector';
import { createServer } from 'node:net';
import { FlowError } from '../definition/errors';
import { debuggerOpened } from '../process/debugged';

const HOST = '127.0.0.1';
const FUNCTION = Symbol.for('@nx-flow/core:debugged-function');

export interface DebugOptions {
  /** The port to listen at. 0 means any that is free. */
  port: number;
  /** Waits until a debugger is connected. */
  wait: boolean;
}

/**
 * Node itself prints the address at which it listens.
 * @throws FlowError FLOW_INSPECT_PORT where another process listens at the port
 */
export async function openDebugger({ port, wait }: DebugOptions): Promise<void> {
  // Started by `node --inspect`, or by an editor: that debugger is the one that is meant.
  if (url() !== undefined) {
    if (wait) waitForDebugger();
    return;
  }
  await requireFree(port);
  debuggerOpened();
  open(port, HOST, wait);
}

/** Node would print that it failed, and go on. */
async function requireFree(port: number): Promise<void> {
  const server = createServer();
  server.listen(port, HOST);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another process listens there' : (error as Error).message;
    throw new FlowError(
      'FLOW_INSPECT_PORT',
      `The debugger cannot listen at port ${port}: ${why}. --inspect-brk=0 takes a port that is free.`,
    );
  }
  server.close();
  await once(server, 'close');
}

/** Stops at the first line of a function, each time it is called: V8 does it, so the function stays as it is. */
export function stopIn(called: (...args: never[]) => unknown): void {
  const session = new Session();
  session.connect();
  session.post('Debugger.enable');
  Object.defineProperty(globalThis, FUNCTION, { configurable: true, value: called });
  try {
    const expression = `globalThis[Symbol.for(${JSON.stringify(FUNCTION.description)})]`;
    session.post('Runtime.evaluate', { expression }, (_, { result }) => {
      // Its types do not know it.
      const post = session.post.bind(session) as (method: string, params: object) => void;
      post('Debugger.setBreakpointOnFunctionCall', { objectId: result.objectId });
    });
  } finally {
    Reflect.deleteProperty(globalThis, FUNCTION);
  }
}
