/**
 * Publishes the keys of the spins that the current command may execute, in the file that the target `spin` has as
 * an input. Only a spin with a step, from the command or from its configuration, can be executed.
 */
import { join } from 'node:path';
import type { PublishedKey } from '@nx-flow/core/keys';
import type { SourceFile } from '../graph/sources';
import { commandLine, type ExecutorOptions } from '../nx/command-line';
import { FileCache } from '../nx/file-cache';
import { type FlowTarget, keptFlowTargets, variantsOf } from '../nx/flow-targets';
import { spinKeyFile, writeIfOther } from '../nx/published-files';
import { codeKeyOf, type FlowCode, type FlowCodes, flowKey } from './fingerprints';
import { type TaskCommand, taskCommand } from './nx-command';
import type { SpinTargetKey } from './target-keys';

/** The known spins of a flow: the last requested command lines, and the keys by command line. */
interface Known {
  asked: string[][];
  keys: Record<string, PublishedKey>;
  code: FlowCode;
}

export async function publishSpins(
  sources: readonly SourceFile[],
  workspace: string,
  argv: readonly string[],
  codes: FlowCodes,
): Promise<void> {
  const spins = spinTargets(workspace);
  const command = taskCommand(argv);
  const cache = new FileCache<Known>(workspace, 'spins');
  for (const { file, flows } of sources) {
    for (const { name } of flows) {
      const key = flowKey(file, name);
      const known = cache.get(key);
      const asked = (spins.get(file) ?? []).flatMap((spin) =>
        (spin.variants[0].name ?? name) === name ? linesOf(spin, command) : [],
      );
      if (asked.length > 0) {
        // Code that is loaded by a computed name may be outside the files that Nx hashes.
        const now = { keys: known?.keys ?? {}, asked, code: codes.get(key) ?? {} };
        cache.set(key, { ...now, keys: await publish(file, name, workspace, now) });
      } else if (known) cache.set(key, { ...known, asked });
    }
  }
  cache.write();
}

interface SpinTarget extends Pick<FlowTarget, 'forwarded'> {
  project: string;
  /** Its own name and those of its aliases. */
  names: string[];
  /** The options with which it may be executed: its own, then those of each configuration. */
  variants: [ExecutorOptions, ...ExecutorOptions[]];
}

/** The targets that spin, by the file of their flow. */
function spinTargets(workspace: string): Map<string, SpinTarget[]> {
  const spins = new Map<string, SpinTarget[]>();
  for (const [project, targets] of keptFlowTargets(workspace)) {
    for (const spin of targets) {
      if (spin.executor !== '@nx-flow/plugin:spin') continue;
      const variants = variantsOf(spin) as unknown as SpinTarget['variants'];
      const { target, aliases = [], forwarded } = spin;
      const [{ flow }] = variants;
      const mine = { project, names: [target, ...aliases], variants, ...(forwarded ? { forwarded } : {}) };
      spins.set(flow, [...(spins.get(flow) ?? []), mine]);
    }
  }
  return spins;
}

/** The spin command lines that the current command may execute. */
function linesOf({ project, names, forwarded, variants }: SpinTarget, command: TaskCommand): string[][] {
  const named =
    (command.project ?? project) === project &&
    (command.target === undefined || names.includes(command.target));
  return variants
    .flatMap((options) => [
      ...(namesStep(options, []) ? [commandLine('spin', options, [], [])] : []),
      ...((named || forwarded) && namesStep(options, command.args)
        ? [commandLine('spin', options, [options], command.args)]
        : []),
    ])
    .map(([, ...line]) => line);
}

/** A spin without a step is refused. */
function namesStep({ step, pathspec }: ExecutorOptions, args: readonly string[]): boolean {
  const given = args.some((arg) => !arg.startsWith('-') || arg.startsWith('--step='));
  return given || step !== undefined || pathspec !== undefined;
}

/** Publishes again after a run, since the later spins of the command will see that run. */
export async function publishAgain(file: string, workspace: string): Promise<void> {
  const cache = new FileCache<Known>(workspace, 'spins');
  for (const [key, known] of cache.all()) {
    const [of, flow] = key.split(' ') as [string, string];
    const again = of === file && known.asked.length > 0;
    cache.set(key, again ? { ...known, keys: await publish(file, flow, workspace, known) } : known);
  }
  cache.write();
}

async function publish(
  file: string,
  flow: string,
  workspace: string,
  known: Known,
): Promise<Record<string, PublishedKey>> {
  const published: SpinTargetKey = { keys: {}, code: {} };
  const keys: Record<string, PublishedKey> = {};
  const { keyHolds, spinKey } = await import('@nx-flow/core/keys');
  for (const argv of known.asked) {
    const line = JSON.stringify(argv);
    const before = known.keys[line];
    const key = before && keyHolds(before) ? before : await spinKey(argv, flow, workspace);
    if (!key) continue;
    const selection = key.selection === '' ? '*' : key.selection;
    published.keys[selection] = [...(published.keys[selection] ?? []), key.key];
    const code = key.step === undefined ? undefined : known.code[key.step];
    if (code) published.code[key.step as string] = await codeKeyOf(code, workspace);
    if (!key.once) keys[line] = key;
  }
  if (Object.keys(published.keys).length > 0) {
    writeIfOther(join(workspace, spinKeyFile(file, flow)), `${JSON.stringify(published)}\n`);
  }
  // Keeps the latest keys, so that alternating between two steps does not open the store.
  return { ...Object.fromEntries(Object.entries(known.keys).slice(-KEPT)), ...keys };
}

const KEPT = 20;
