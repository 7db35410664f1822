/** `nx-flow worker --print`: the script by which a scheduler starts workers with the same options. It opens no connection. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Context } from './command';

export interface ScriptOptions {
  /** The checkout, on a file system that the machines share. */
  workspace: string;
  /** The command that starts nx-flow there. */
  program: string;
  /** The options of each worker, `--queues=gpu`, but `--slots`. */
  options: readonly string[];
  /** Tasks at once. Default: as many as a worker has cores. */
  slots: number | undefined;
  resources: Readonly<Record<string, number>>;
  workers: number;
  /** The address of the queue, where nobody could not know it. Default: of the environment. */
  url: string | undefined;
}

/** By the names of schedulers. */
const SCRIPTS: Record<string, (options: ScriptOptions) => string> = { slurm: slurmScript };

/** Options that are not those of the workers. */
const OWN = new Set(['print', 'workers', 'queue', 'slots', 'json', 'verbose', 'help']);

/** @throws FlowError FLOW_OPTION */
export function printScript(
  { cwd, options, output }: Context,
  workspace: string,
  resources: ScriptOptions['resources'],
): number {
  const { print } = options;
  if (print === undefined)
    throw new FlowError(
      'FLOW_OPTION',
      '--workers goes with --print=slurm, whose script starts so many: nx-flow worker itself is one worker, and --slots says how many tasks it executes at once.',
    );
  const make = Object.hasOwn(SCRIPTS, print as string) ? SCRIPTS[print as string] : undefined;
  if (!make)
    throw new FlowError(
      'FLOW_OPTION',
      `--print takes the name of a scheduler, ${Object.keys(SCRIPTS).join(' or ')}, not "${print}".`,
    );
  const url = withoutSecret(options.queue as string | undefined);
  if (options.queue !== undefined && url === undefined)
    output.note(
      `${output.colors.yellow('!')} The address of the queue may hold a secret: the script has it from NX_FLOW_QUEUE, in the environment where it is submitted.\n`,
    );
  const bin = join('node_modules', '.bin', 'nx-flow');
  const script = make({
    ...{ workspace, resources, workers: (options.workers as number | undefined) ?? 1 },
    program: existsSync(join(workspace, bin)) ? bin : 'npx --no nx-flow',
    options: Object.entries(options).flatMap(([name, value]) =>
      OWN.has(name) || value === undefined
        ? []
        : given(name, name === 'store' ? resolve(cwd, value as string) : value),
    ),
    slots: options.slots as number | undefined,
    url,
  });
  // Whoever reads it executes it: not a byte of it is made plain.
  output.raw(script);
  output.result({ script });
  return 0;
}

function given(name: string, value: string | number | boolean | string[]): string[] {
  if (value === true) return [`--${name}`];
  if (value === false) return [];
  return [value].flat().map((one) => `--${name}=${one}`);
}

/** Undefined where user, password or options are in it. */
function withoutSecret(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { username, password, search, hash } = new URL(url);
  return `${username}${password}${search}${hash}` === '' ? url : undefined;
}

/**
 * A text for a POSIX shell that is this value, whatever is in it.
 * @example shellQuoted("it's") // 'it'\''s'
 */
export function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * For sbatch: an array of workers, each of which ends in order five minutes before its time is over.
 * @example slurmScript({ ...options, workers: 8, resources: { gpu: 1 } }) // #SBATCH --array=1-8 … --gres=gpu:1
 */
export function slurmScript(options: ScriptOptions): string {
  const { workspace, program, slots, resources, workers, url } = options;
  const gpus = Math.ceil(resources.gpu ?? 0);
  const cores = Math.max(1, Math.ceil(resources.cpu ?? slots ?? 1));
  const asked = [
    '--job-name=nx-flow',
    `--array=1-${workers}`,
    `--cpus-per-task=${cores}`,
    ...(gpus > 0 ? [`--gres=gpu:${gpus}`] : []),
    '--signal=B:TERM@300',
  ];
  const call = [
    ...[program, 'worker'],
    ...[...options.options, ...(slots === undefined ? [] : [`--slots=${slots}`])].map(shellQuoted),
    ...(slots === undefined ? [`--slots="\${SLURM_CPUS_PER_TASK:-${cores}}"`] : []),
  ];
  return [
    '#!/bin/sh',
    ...asked.map((option) => `#SBATCH ${option}`),
    '# Options of sbatch win, such as --array=1-100, --time=8:00:00, --partition=gpu.',
    '# NX_FLOW_QUEUE and NX_FLOW_BLOBS are those of the environment of sbatch.',
    url === undefined
      ? `: "\${NX_FLOW_QUEUE:?set it to the address of the queue before sbatch}"`
      : `export NX_FLOW_QUEUE=${shellQuoted(url)}`,
    `cd -- ${shellQuoted(workspace)} || exit`,
    `exec ${call.join(' ')}`,
    '',
  ].join('\n');
}
