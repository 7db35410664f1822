/**
 * Publishes what the spins that the present command may execute would see, where the target `spin` names it as an input.
 * A spin is one that the command gives a step, or that is configured with one: no other can be executed.
 */
import { join } from 'node:path';
import type { SpinHead } from '@nx-flow/core/keys';
import type { SourceFile } from '../graph/sources';
import { commandLine, type DoorOptions } from '../nx/command-line';
import { FileCache } from '../nx/file-cache';
import { type FlowTarget, keptFlowTargets, variantsOf } from '../nx/flow-targets';
import { spinHeadFile, writeIfOther } from '../nx/published-files';
import { codeText, type FlowCode, type FlowCodes, flowKey } from './fingerprints';
import { type TaskCommand, taskCommand } from './nx-command';

/** What is published for the spins of a flow. */
export interface PublishedSpins {
  /**
   * By selection, which may be meant with several parameters; `*` where a spin's selection cannot be known beforehand:
   * it is executed, and nothing is compared.
   */
  heads: Record<string, string[]>;
  /** Fingerprints of the steps: they hold code that Nx does not hash, since it lies in no project. */
  code: Record<string, string>;
}

/** Of a flow: the command lines that were asked for last, and heads by command line. */
interface Known {
  asked: string[][];
  heads: Record<string, SpinHead>;
  code: FlowCode;
}

export async function publishSpins(
  sources: readonly SourceFile[],
  workspace: string,
  argv: readonly string[],
  codes: FlowCodes,
): Promise<void> {
  const spins = spinTargets(workspace);
  const given = taskCommand(argv);
  const cache = new FileCache<Known>(workspace, 'spins');
  for (const { file, flows } of sources) {
    for (const { name } of flows) {
      const key = flowKey(file, name);
      const known = cache.get(key);
      const asked = (spins.get(file) ?? []).flatMap((spin) =>
        (spin.doors[0].name ?? name) === name ? linesOf(spin, given) : [],
      );
      if (asked.length > 0) {
        // What is loaded by a computed name may lie where Nx does not look.
        const now = { heads: known?.heads ?? {}, asked, code: codes.get(key) ?? {} };
        cache.set(key, { ...now, heads: await publish(file, name, workspace, now) });
      } else if (known) cache.set(key, { ...known, asked });
    }
  }
  cache.write();
}

interface SpinTarget extends Pick<FlowTarget, 'target' | 'forwarded'> {
  project: string;
  /** As it may be executed: alone, then with each configuration. */
  doors: [DoorOptions, ...DoorOptions[]];
}

/** Those that spin, by the file of their flow. */
function spinTargets(workspace: string): Map<string, SpinTarget[]> {
  const spins = new Map<string, SpinTarget[]>();
  for (const [project, targets] of keptFlowTargets(workspace)) {
    for (const spin of targets) {
      if (spin.executor !== '@nx-flow/plugin:spin') continue;
      const doors = variantsOf(spin) as unknown as SpinTarget['doors'];
      const { target, forwarded } = spin;
      const [{ flow }] = doors;
      const mine = { project, target, doors, ...(forwarded ? { forwarded } : {}) };
      spins.set(flow, [...(spins.get(flow) ?? []), mine]);
    }
  }
  return spins;
}

/** The command lines by which the present command may spin. */
function linesOf({ project, target, forwarded, doors }: SpinTarget, given: TaskCommand): string[][] {
  const named = (given.project ?? project) === project && (given.target ?? target) === target;
  return doors
    .flatMap((door) => [
      ...(namesStep(door, []) ? [commandLine('spin', door, [], [])] : []),
      ...((named || forwarded) && namesStep(door, given.args)
        ? [commandLine('spin', door, [door], given.args)]
        : []),
    ])
    .map(([, ...line]) => line);
}

/** A spin without a step is refused. */
function namesStep({ step, pathspec }: DoorOptions, args: readonly string[]): boolean {
  const given = args.some((arg) => !arg.startsWith('-') || arg.startsWith('--step='));
  return given || step !== undefined || pathspec !== undefined;
}

/** After a run: what was published for this command before it is not what its spins will see now. */
export async function publishAgain(file: string, workspace: string): Promise<void> {
  const cache = new FileCache<Known>(workspace, 'spins');
  for (const [key, known] of cache.all()) {
    const [of, flow] = key.split(' ') as [string, string];
    const again = of === file && known.asked.length > 0;
    cache.set(key, again ? { ...known, heads: await publish(file, flow, workspace, known) } : known);
  }
  cache.write();
}

async function publish(
  file: string,
  flow: string,
  workspace: string,
  known: Known,
): Promise<Record<string, SpinHead>> {
  const published: PublishedSpins = { heads: {}, code: {} };
  const heads: Record<string, SpinHead> = {};
  const { headHolds, spinHead } = await import('@nx-flow/core/keys');
  for (const argv of known.asked) {
    const line = JSON.stringify(argv);
    const before = known.heads[line];
    const head = before && headHolds(before) ? before : await spinHead(argv, flow, workspace);
    if (!head) continue;
    const selection = head.selection === '' ? '*' : head.selection;
    published.heads[selection] = [...(published.heads[selection] ?? []), head.key];
    const code = head.step === undefined ? undefined : known.code[head.step];
    if (code) published.code[head.step as string] = await codeText(code, workspace);
    if (!head.once) heads[line] = head;
  }
  if (Object.keys(published.heads).length > 0) {
    writeIfOther(join(workspace, spinHeadFile(file, flow)), `${JSON.stringify(published)}\n`);
  }
  // Of late: alternating between two steps opens the store for neither.
  return { ...Object.fromEntries(Object.entries(known.heads).slice(-KEPT)), ...heads };
}

const KEPT = 20;
