/** A trial: a command that writes, in a store of its own. */
import type { Result } from '../kit/workspace';
import type { Draw } from './draw';
import type { Lane } from './fixture';
import { within } from './within';

export interface Trial {
  lane: Lane;
  store: string;
  /** A name that nothing else has. */
  name: string;
  /** What the command said that was struck. */
  heard?: string;
  /** What was damaged on purpose. */
  damage?: string;
  /** Of a damaged store: which facts can still be read, of the runs and of the persisted spins. */
  whole?: readonly ReadonlySet<string>[];
}

export interface WritingCommand {
  name: string;
  /** How long it takes on a quiet machine, about. Milliseconds. */
  ms: number;
  /** It has worker processes. */
  workers?: true;
  /** It makes a run, which can be resumed. */
  runs?: true;
  /** The trial begins without a store. */
  nowhere?: true;
  /** It records nothing. */
  storeless?: true;
  /** The runs of the template that it removes: all of them at once. */
  removes?: readonly number[];
  /** The same of the persisted spins. */
  removesSpins?: readonly number[];
  /** It is given where the store is damaged. */
  repairs?: true;
  /** What the store is brought to first. */
  before?(trial: Trial, draw: Draw): Promise<void>;
  args(trial: Trial): string[];
  /** Whether it has done what it was asked; default: it ends with 0. */
  succeeds?(result: Result): boolean;
  /** What it may say where a broker was killed: for a while nobody knows who is about to come back. */
  refuses?: RegExp;
  /** What it has said is so. @throws what is not */
  check(trial: Trial, result: Result): Promise<void>;
  /** Goes on where it was killed; default: it is given again. */
  again?(trial: Trial): Promise<void>;
}

/** The whole command line. */
export const lineOf = (command: WritingCommand, trial: Trial): string[] => [
  ...command.args(trial),
  ...(command.storeless ? [] : [`--store=${trial.store}`]),
  '--json',
];

export const succeeds = (command: WritingCommand, result: Result): boolean =>
  command.succeeds?.(result) ?? result.code === 0;

/** Executes a command in the process that stays. */
export function execute({ lane }: Trial, line: readonly string[]): Promise<Result> {
  return within(lane.ws.nxFlow(line, { env: lane.env }), `nx-flow ${line.join(' ')}`);
}

/** As {@link execute}. @throws unless it ends well */
export async function succeed(trial: Trial, args: readonly string[]): Promise<Result> {
  const result = await execute(trial, args);
  if (result.code !== 0)
    throw new Error(`nx-flow ${args.join(' ')} ended with ${result.code}: ${said(result)}`);
  return result;
}

export const said = ({ stdout, stderr }: Result) => `${stdout}${stderr}`.slice(-1500);

export const verifyOf = ({ store }: Trial) => ['verify', '--read-data', `--store=${store}`, '--json'];

export const numberOf = ({ pathspec }: { pathspec: string }) => Number(pathspec.split('/')[1]);
