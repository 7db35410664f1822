/** What a command is: its spec, its context, and what it does. Types only. */
import type { Output } from './render/output';

export interface OptionSpec {
  type: 'string' | 'boolean' | 'number';
  /** May be given several times. */
  many?: boolean;
  /** What stands for the value in the help. */
  value?: string;
  help: string;
}

export interface CommandSpec {
  name: string;
  help: string;
  /** Positional arguments, as the help shows them: `<flow>`, `[pathspec]`. */
  positionals: string[];
  options: Record<string, OptionSpec>;
  /** Families of options given as `--<family>.<name>=<value>`. */
  families: ('params' | 'set')[];
  examples: string[];
}
export type Values = Record<string, string | number | boolean | string[] | undefined>;

export interface Parsed {
  positionals: string[];
  options: Values;
  params: Record<string, string>;
  set: Record<string, string>;
}

export interface Context extends Parsed {
  cwd: string;
  output: Output;
  /** Anything that the process was asked to end by, such as Ctrl-C. */
  signal: AbortSignal;
  /** For `step`: the hash of its code and of the files that it may read, where the caller knows it. */
  codeKey?: string;
  /** For `step` and `snapshot`: they execute also where what the step left still stands, or a run of today’s code is there. */
  force?: boolean;
  /** The hash by which a cache will know the outputs. */
  task?: string;
  /**
   * Asked when a step has been executed, before its outputs are put in their place: what of it was not as the caller had
   * it when it gave `task`, as the beginning of a sentence. Then the outputs are nothing for a cache.
   */
  codeChanged?: () => Promise<string | undefined>;
  /** For `snapshot`: folders that the flow may read in addition to its own. */
  extraFolders?: string[];
  /** For `spin`: the keys that were published, by selection; its own must be among them, and hold. */
  keys?: Record<string, string[]>;
}

/** A subcommand: what it takes, and what it does. Gives the exit code. */
export interface Command {
  spec: CommandSpec;
  execute(context: Context): Promise<number>;
}
