/** The declared inputs of a flow: what its steps read besides code and artifacts. */
import { FlowError } from './errors';

/**
 * Files, as a glob from the folder of the flow's file (`!` in front leaves out), or a variable of the environment.
 *
 * @example
 * ```ts
 * import { type FlowInput, flow } from '@nx-flow/core';
 * const inputs: FlowInput[] = ['data/*.csv', '!data/draft.csv', { env: 'API_URL' }];
 * ```
 */
export type FlowInput = string | { readonly env: string };

/** The name of a variable of the environment. */
export const VARIABLE = /^[A-Za-z_]\w*$/;

/** @throws FlowError FLOW_INPUTS, with every problem at once */
export function requireInputs(flow: string, inputs: unknown): void {
  if (inputs === undefined) return;
  const problems = Array.isArray(inputs) ? inputs.flatMap(problemsOf) : ['`inputs` is a list.'];
  if (problems.length === 0) return;
  throw new FlowError(
    'FLOW_INPUTS',
    `The inputs of the flow "${flow}" cannot be read: ${problems.join(' ')}`,
    {
      problems: problems.map((message) => ({ code: 'FLOW_INPUTS', message })),
    },
  );
}

function problemsOf(input: unknown, at: number): string[] {
  if (typeof input === 'string') {
    const glob = input.replace(/^!/, '');
    if (glob === '') return [`inputs[${at}] is empty.`];
    if (/^([\\/]|[A-Za-z]:)/.test(glob))
      return [`"${input}" is absolute: give it from the folder of the flow's file.`];
    if (glob.includes('\\')) return [`"${input}" has a backslash: write globs with "/".`];
    const open = unclosed(glob);
    return open === undefined ? [] : [`"${input}" is no glob: nothing closes its "${open}".`];
  }
  const name = (input as { env?: unknown } | null)?.env;
  if (typeof name === 'string' && VARIABLE.test(name)) return [];
  return [`inputs[${at}] is neither a glob nor { env: 'NAME' }.`];
}

const CLOSING: Record<string, string> = { '[': ']', '{': '}', '(': ')' };

/** The bracket that a glob opens and does not close. */
function unclosed(glob: string): string | undefined {
  const open: string[] = [];
  for (const sign of glob) {
    const inClass = open.at(-1) === '[';
    if (sign === CLOSING[open.at(-1) ?? '']) open.pop();
    else if (!inClass && sign in CLOSING) open.push(sign);
  }
  return open[0];
}
