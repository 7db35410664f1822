/** Parameters that name files: the targets of steps are hashed with the name, and read what stands there. */
import { commandLine, type DoorOptions } from '../executors/command-line';
import { cachedTargets } from '../graph/nx';
import { taskCommand } from './command';

export class Given {
  readonly #workspace: string;
  /** Those of the command, as a step is given them. */
  readonly #args: string[];
  #targets: DoorOptions[] | undefined;

  constructor(workspace: string, argv: readonly string[]) {
    this.#workspace = workspace;
    this.#args = taskCommand(argv).args.filter((arg) => /^--params[.-]|^--paramsFile/.test(arg));
  }

  /** What the steps of a flow are given, by the command and by their targets, as keys. */
  async of(file: string, flow: string): Promise<string[]> {
    const targets = this.#stepTargets().filter((door) => door.flow === file && (door.name ?? flow) === flow);
    const lines = new Set(
      targets.map(({ flow: _, name: __, step: ___, ...options }) =>
        JSON.stringify(commandLine('step', { flow: file, ...options }, [options], this.#args).slice(1)),
      ),
    );
    const keys: string[] = [];
    for (const line of lines) {
      if (!line.includes('--params')) continue;
      const { stepGivenKey } = await import('@nx-flow/core/heads');
      const key = await stepGivenKey(JSON.parse(line), this.#workspace);
      if (key !== undefined) keys.push(key);
    }
    return keys.sort();
  }

  #stepTargets(): DoorOptions[] {
    this.#targets ??= cachedTargets()
      .filter(({ executor }) => executor === '@nx-flow/plugin:step')
      .map(({ options }) => options as unknown as DoorOptions);
    return this.#targets;
  }
}
