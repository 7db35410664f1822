/** Node's own prompt in this process, with names of ours. What is typed may change values: they are copies, made for it. */
import { chmodSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type REPLServer, start } from 'node:repl';
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { inspect } from 'node:util';
import type { MaskedOutput } from '../engine/secrets/output';
import type { TaskLog } from '../engine/task/task';

export interface PromptOptions {
  /** Stands before the cursor. */
  name: string;
  /** What can be named at the prompt. */
  seen: PropertyDescriptorMap;
  color: boolean;
  /** Whether what is typed is kept for the next time. */
  keep: boolean;
  /** Hides secrets in all that is shown, which comes piece by piece. */
  mask?(log: TaskLog): MaskedOutput;
}

/** A name of Node's own, such as `process`, stays what it is. */
export const isNodes = (name: string) => Object.hasOwn(globalThis, name);

/** Resolves when the prompt is left: by `.exit`, by Ctrl-D, or at the end of what is piped into it. */
export async function prompt({ name, seen, color, keep, mask }: PromptOptions): Promise<void> {
  const restore = mask ? masked(mask) : () => {};
  const taken = new Set(Object.keys(seen).filter(isNodes));
  const piped = process.stdin.isTTY ? undefined : new PassThrough();
  const server = start({
    prompt: `${name}> `,
    ...(piped ? { input: piped, output: process.stdout, terminal: false } : {}),
    // In this realm: an artifact is an instance of the Array that is typed.
    useGlobal: true,
    // Ctrl-C ends what is evaluated, not the prompt.
    breakEvalOnSigint: true,
    ignoreUndefined: true,
    writer: (value) => inspect(value, { colors: color }),
  });
  for (const [key, descriptor] of Object.entries(seen)) {
    if (!taken.has(key)) Object.defineProperty(server.context, key, { ...descriptor, configurable: true });
  }
  const left = new Promise<void>((resolve) => server.once('exit', resolve));
  if (keep && process.stdin.isTTY && process.stdout.isTTY) await keepHistory(server);
  if (piped) void typeIn(server, piped);
  await left;
  restore();
}

/** Types a line when the prompt is shown again. Node would evaluate it while the line before it is still awaited. */
async function typeIn(server: REPLServer, input: PassThrough): Promise<void> {
  let shown = () => {};
  const displayPrompt = server.displayPrompt.bind(server);
  server.displayPrompt = (preserveCursor) => {
    displayPrompt(preserveCursor);
    shown();
  };
  const lines = createInterface({ input: process.stdin });
  // No prompt is shown again after it was left.
  server.once('exit', () => lines.close());
  for await (const line of lines) {
    await new Promise<void>((resolve) => {
      shown = resolve;
      input.write(`${line}\n`);
    });
  }
  input.end();
}

/** In the user's home, as Node does; `NX_FLOW_REPL_HISTORY` names another file, or none where it is empty. */
async function keepHistory(server: REPLServer): Promise<void> {
  const file = process.env.NX_FLOW_REPL_HISTORY ?? join(homedir(), '.nx_flow_repl_history');
  if (file === '') return;
  await new Promise<void>((resolve) => server.setupHistory(file, () => resolve()));
  try {
    chmodSync(file, 0o600);
  } catch {
    // Node has said that it cannot keep it.
  }
}

/** What may be the beginning of a secret is held back until this turn of the event loop ends: a key that is typed shows at once. */
function masked(mask: (log: TaskLog) => MaskedOutput): () => void {
  const written = {
    stdout: process.stdout.write.bind(process.stdout),
    stderr: process.stderr.write.bind(process.stderr),
  };
  const hidden = mask((stream, text) => void written[stream](text));
  let ends = false;
  const end = () => {
    ends = false;
    hidden.end();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder();
    process[stream].write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const [done] = rest.filter((one) => typeof one === 'function');
      hidden.log(stream, typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
      if (!ends) setImmediate(end);
      ends = true;
      if (done) process.nextTick(done as () => void);
      return true;
    };
  }
  process.once('exit', end);
  return () => {
    end();
    process.off('exit', end);
    for (const stream of [process.stdout, process.stderr]) Reflect.deleteProperty(stream, 'write');
  };
}
