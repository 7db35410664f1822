/** The types of a command: its spec, its context and its function. */
import type { EnvFiles } from '../session/env';
import type { Output } from './render/output';

export interface OptionSpec {
  type: 'string' | 'boolean' | 'number' | 'port';
  /** It may be given without a value, and is this then. It takes none after a space. */
  bare?: string;
  /** The least number; default 1. */
  least?: number;
  /** May be given several times. */
  many?: boolean;
  /** The placeholder of the value in the help. */
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
  /** It says itself what an imported file does a moment later: the reason of its signal. */
  saysLate?: true;
  /** Whether a command that is interrupted ends its work in order before it exits; by default it ends at once. */
  endsInOrder?: boolean | ((options: Values) => boolean);
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
  /** The workspace, where the caller knows it; otherwise it is searched for. */
  workspace?: string;
  output: Output;
  /** Loads the `.env` files of a flow. Absent with `--no-env`, and where Nx has loaded them. */
  env?: EnvFiles;
  /** Aborted when the process is asked to end, such as by Ctrl-C. */
  signal: AbortSignal;
  /** For `step`: the hash of its code and of the files that it may read, if the caller knows it. */
  codeKey?: string;
  /** For `step` and `snapshot`: execute even if the outputs are still valid, or a run of today's code exists. */
  force?: boolean;
  /** The hash under which a cache will store the outputs. */
  task?: string;
  /**
   * Called after a step was executed and before its outputs replace the folder. Returns what changed since the
   * caller computed `task`, as the beginning of a sentence. Such outputs are not cached.
   */
  codeChanged?: () => Promise<string | undefined>;
  /** For `snapshot`: folders that the flow may read in addition to its own. */
  extraFolders?: string[];
  /** For `spin`: the published keys, by selection. Its own must be among them and still be valid. */
  keys?: Record<string, string[]>;
}

/** A subcommand: its spec and its function, which returns the exit code. */
export interface Command {
  spec: CommandSpec;
  execute(context: Context): Promise<number>;
}
