/** Keys of targets' parameters: Nx hashes the name of a file in them, but not its content. */
import { commandLine, type ExecutorOptions } from '../nx/command-line';
import { keptFlowTargets, variantsOf } from '../nx/flow-targets';
import { taskCommand } from './nx-command';

const EXECUTORS = { step: '@nx-flow/plugin:step', snapshot: '@nx-flow/plugin:snapshot' };

export class TargetParams {
  readonly #workspace: string;
  /** The parameters of the command, as a target gets them. */
  readonly #args: string[];
  readonly #targets: { executor: string; options: ExecutorOptions }[] = [];
  readonly #keys = new Map<string, Promise<string | undefined>>();

  constructor(workspace: string, argv: readonly string[]) {
    this.#workspace = workspace;
    this.#args = taskCommand(argv).args.filter((arg) => /^--params[.-]|^--paramsFile/.test(arg));
    for (const target of keptFlowTargets(workspace).flatMap(([, targets]) => targets)) {
      for (const options of variantsOf(target))
        if ('params' in options || 'paramsFile' in options)
          this.#targets.push({ executor: target.executor, options: options as unknown as ExecutorOptions });
    }
  }

  /** The keys of the parameters that a flow's targets get from the command and from their options. */
  async of(file: string, flow: string, kind: keyof typeof EXECUTORS): Promise<string[]> {
    const configured = this.#targets.flatMap(({ executor, options: { step: _, name, ...given } }) =>
      executor === EXECUTORS[kind] && given.flow === file && (name ?? flow) === flow
        ? [given as ExecutorOptions]
        : [],
    );
    if (configured.length === 0 && this.#args.length === 0) return [];
    const lines = [
      this.#args,
      ...configured.map((given) => commandLine(kind, given, [given], this.#args).slice(2)),
    ];
    const keys = await Promise.all(
      lines.filter((line) => line.some((arg) => arg.startsWith('--params'))).map((line) => this.#key(line)),
    );
    return [...new Set(keys.filter((key) => key !== undefined))].sort();
  }

  #key(line: string[]): Promise<string | undefined> {
    const text = JSON.stringify(line);
    let key = this.#keys.get(text);
    if (!key) {
      key = import('@nx-flow/core/keys').then((keys) => keys.commandParamsKey(line, this.#workspace));
      this.#keys.set(text, key);
    }
    return key;
  }
}
