/**
 * The generators as Nx loads them: built, in a process of their own, on a tree in memory. Jest cannot require the
 * parser, which is an ES module.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const DIST = join(__dirname, '../../dist/generators');
const SERVE = `
const { createTree } = require('@nx/devkit/testing');
const { graphProblems, readPositions } = require('@nx-flow/core/source');
function graph(text) {
  const [{ source, steps }] = readPositions('a.flow.ts', text).flows;
  const uses = steps.flatMap((step) => step.inputs.flatMap(({ as, edges }) => edges.map((edge) => ({ step, as, edge }))));
  return {
    problems: graphProblems(source).map(({ message }) => message),
    edges: uses.map(({ step, as, edge: { from, when } }) => [from.name, when, step.name, as]),
    late: uses.filter(({ edge }) => edge.end <= edge.from.start).length,
  };
}
process.on('message', async ({ id, name, files, options }) => {
  if (name === 'graph') return process.send({ id, ...graph(files.text) });
  const said = [];
  for (const level of ['log', 'info', 'warn', 'error']) console[level] = (line) => said.push(line);
  const tree = createTree();
  // It comes with a formatter's configuration, and without the formatter.
  tree.delete('.prettierrc');
  for (const [file, text] of Object.entries(files)) tree.write(file, text);
  const before = Object.fromEntries(tree.listChanges().map(({ path, content }) => [path, content.toString()]));
  const answer = { id, said, written: {} };
  try {
    await require(${JSON.stringify(DIST)} + '/' + name + '.js').default(tree, options);
  } catch (error) {
    answer.error = { code: error.code, message: error.message };
  }
  for (const { path, content } of tree.listChanges()) {
    if (before[path] !== content.toString()) answer.written[path] = content.toString();
  }
  answer.tsx = Object.keys(require.cache).some((file) => /[\\\\/]node_modules[\\\\/]tsx[\\\\/]/.test(file));
  process.send(answer);
});`;

export interface Generated {
  /** The files that differ from those that were there. */
  written: Record<string, string>;
  /** Lines for the person at the keyboard. */
  said: string[];
  error?: { code: string; message: string };
  /** Whether tsx was loaded: never in Nx's process. */
  tsx: boolean;
}

/** A flow as its text shows it. */
export interface SourceGraph {
  /** What the rules say. */
  problems: string[];
  edges: [from: string, when: string | undefined, to: string, as: string | undefined][];
  /** Edges from steps that are declared below. */
  late: number;
}

/** An empty workspace. */
export const EMPTY = {
  'package.json': '{\n  "name": "acme",\n  "private": true,\n  "workspaces": ["packages/*"]\n}\n',
  'nx.json': '{}\n',
};

export class Generators {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: never) => void>();
  #id = 0;

  constructor() {
    this.#child = spawn(process.execPath, ['-e', SERVE], {
      cwd: join(__dirname, '../..'),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', ({ id, ...answer }: { id: number }) => {
      this.#waiting.get(id)?.(answer as never);
      this.#waiting.delete(id);
    });
  }

  /** @param files The workspace as it is. */
  run(
    name: 'init' | 'flow' | 'step',
    files: Record<string, string>,
    options: object = {},
  ): Promise<Generated> {
    return this.#ask({ name, files, options });
  }

  graph(text: string): Promise<SourceGraph> {
    return this.#ask({ name: 'graph', files: { text } });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.disconnect();
    });
  }

  #ask<T>(request: object): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting.set(++this.#id, resolve);
      this.#child.send({ id: this.#id, ...request });
    });
  }
}
