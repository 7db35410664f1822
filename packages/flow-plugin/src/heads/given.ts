/** Parameters that name files: targets are hashed with the name, and read what stands there. */
import { commandLine, type DoorOptions } from '../executors/command-line';
import { cachedTargets } from '../graph/nx';
import { taskCommand } from './command';

export class Given {
  readonly #workspace: string;
  /** Those of the command, as a step is given them. */
  readonly #args: string[];
  #targets: ReturnType<typeof cachedTargets> | undefined;

  constructor(workspace: string, argv: readonly string[]) {
    this.#workspace = workspace;
    this.#args = taskCommand(argv).args.filter((arg) => /^--params[.-]|^--paramsFile/.test(arg));
  }

  /** What the targets of a flow that execute its steps are given, by the command and by their options, as keys. */
  async of(file: string, flow: string, executor: 'step' | 'snapshot'): Promise<string[]> {
    this.#targets ??= cachedTargets();
    const lines = new Set<string>();
    for (const { executor: of, options } of this.#targets) {
      const { step: _, name, ...door } = options as unknown as DoorOptions;
      if (of !== `@nx-flow/plugin:${executor}` || door.flow !== file || (name ?? flow) !== flow) continue;
      lines.add(JSON.stringify(commandLine(executor, door, [door], this.#args)));
    }
    const keys: string[] = [];
    for (const line of lines) {
      if (!line.includes('--params')) continue;
      const { givenParamsKey } = await import('@nx-flow/core/heads');
      const key = await givenParamsKey(JSON.parse(line), this.#workspace);
      if (key !== undefined) keys.push(key);
    }
    return keys.sort();
  }
}
