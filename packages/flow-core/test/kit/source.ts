/**
 * The source reader as users have it: built, in a process of its own. Jest would put its own `require` in its place,
 * and cannot load the parser, which is an ES module.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type * as Source from '../../src/source';

const DIST = join(__dirname, '..', '..', 'dist', 'source.js');
const SERVE = `
const source = require(${JSON.stringify(DIST)});
process.on('message', async ({ id, name, args }) => {
  try {
    const value = await source[name](...args);
    process.send({ id, value: name === 'loadFlow' ? { flow: value.flow, steps: [...value.steps.keys()] } : value });
  } catch (error) {
    process.send({ id, error: { code: error.code, message: error.message, cause: error.cause && { message: error.cause.message } } });
  }
});`;

type Call<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;

export interface LoadedFlow {
  flow: string;
  steps: string[];
}

export class SourceProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: object): void }>();
  #id = 0;

  constructor() {
    this.#child = spawn(process.execPath, ['-e', SERVE], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Steps that refer to each other arrive as they are.
      serialization: 'advanced',
    });
    this.#child.on('message', ({ id, value, error }: { id: number; value: never; error?: object }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(error);
      else waiting?.resolve(value);
    });
  }

  readonly indexFlows: Call<typeof Source.indexFlows> = (...args) => this.#call('indexFlows', args);
  readonly keepIndex: Call<typeof Source.keepIndex> = (...args) => this.#call('keepIndex', args);
  readonly findFlowFile: Call<typeof Source.findFlowFile> = (...args) => this.#call('findFlowFile', args);
  readonly readFlowFiles: Call<typeof Source.readFlowFiles> = (...args) => this.#call('readFlowFiles', args);
  readonly parseFlowSource: Call<typeof Source.parseFlowSource> = (...args) =>
    this.#call('parseFlowSource', args);
  readonly readPositions: Call<typeof Source.readPositions> = (...args) => this.#call('readPositions', args);
  readonly graphProblems: Call<typeof Source.graphProblems> = (...args) => this.#call('graphProblems', args);
  readonly flowNameProblem: Call<typeof Source.flowNameProblem> = (...args) =>
    this.#call('flowNameProblem', args);
  readonly stepNameProblem: Call<typeof Source.stepNameProblem> = (...args) =>
    this.#call('stepNameProblem', args);
  readonly fingerprintFlow: Call<typeof Source.fingerprintFlow> = (...args) =>
    this.#call('fingerprintFlow', args);
  readonly loadFlow = (file: string, wanted?: string): Promise<LoadedFlow> =>
    this.#call('loadFlow', wanted === undefined ? [file] : [file, wanted]);

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.disconnect();
    });
  }

  #call<T>(name: string, args: unknown[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(++this.#id, { resolve, reject });
      this.#child.send({ id: this.#id, name, args });
    });
  }
}
