/**
 * The plugin as Nx loads it: built, in a process of its own, for jest cannot require the parser, which is an ES module.
 * One process serves a file of tests; each question is answered by a plugin that was loaded anew, as each command has it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type {
  CreateDependenciesContext,
  CreateNodesResultArray,
  RawProjectGraphDependency,
} from '@nx/devkit';

const PLUGIN = join(__dirname, '../..');
const SERVE = `
const { sep } = require('node:path');
const plugin = require.resolve(${JSON.stringify(PLUGIN)});
const dist = plugin.slice(0, plugin.lastIndexOf(sep) + 1);
const write = process.stderr.write;
process.on('message', async ({ id, name, args, data }) => {
  for (const file of Object.keys(require.cache)) if (file.startsWith(dist)) delete require.cache[file];
  process.env.NX_WORKSPACE_DATA_DIRECTORY = data;
  let said = '';
  process.stderr.write = (text) => { said += text; return true; };
  try {
    const { createNodes: [, createNodes], createDependencies } = require(plugin);
    const value = await { createNodes, createDependencies }[name](...args);
    process.send({ id, said, value });
  } catch (error) {
    process.send({ id, said, error: error.message });
  } finally {
    process.stderr.write = write;
  }
});`;

interface Answer {
  /** What the plugin wrote for people. */
  said: string;
  // biome-ignore lint/suspicious/noExplicitAny: a seam between processes; each method says what it is
  value: any;
  error?: string;
}

export class PluginProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #id = 0;

  constructor() {
    this.#child = spawn(process.execPath, ['-e', SERVE], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', ({ id, ...answer }: Answer & { id: number }) => {
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
  }

  /** @param options The plugin's, as nx.json has them. */
  async createNodes(
    files: readonly string[],
    workspaceRoot: string,
    options?: object,
  ): Promise<{ results: CreateNodesResultArray; said: string }> {
    const context = { workspaceRoot, nxJsonConfiguration: {} };
    const { value, said } = await this.#ask('createNodes', [files, options ?? null, context], workspaceRoot);
    return { results: value, said };
  }

  async createDependencies(
    context: Pick<CreateDependenciesContext, 'workspaceRoot'> & object,
  ): Promise<{ found: RawProjectGraphDependency[]; said: string }> {
    const { value, said } = await this.#ask('createDependencies', [null, context], context.workspaceRoot);
    return { found: value, said };
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.disconnect();
    });
  }

  /** One at a time: what the plugin writes belongs to the question. */
  async #ask(name: string, args: unknown[], workspace: string): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(++this.#id, resolve);
      this.#child.send({ id: this.#id, name, args, data: join(workspace, '.nx') });
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
