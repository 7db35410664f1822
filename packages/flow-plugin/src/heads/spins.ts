/**
 * Publishes what the spins that the present command may execute would see, where the target `spin` names it as an input.
 * A spin is one that the command gives a step, or that is configured with one: no other can be executed.
 */
import { join } from 'node:path';
import type { SpinHead } from '@nx-flow/core/heads';
import { commandLine, type DoorOptions } from '../executors/command-line';
import { FileCache } from '../graph/cache';
import { cachedTargets } from '../graph/nx';
import type { SourceFile } from '../graph/sources';
import { taskCommand } from './command';
import { spinHeadFile, writeIfOther } from './layout';

/** By selection; `*` where a spin's selection cannot be known beforehand: it is executed, and nothing is compared. */
export type PublishedHeads = Record<string, string>;

/** Of a flow: the command lines that were asked for last, and heads by command line. */
interface Known {
  asked: string[][];
  heads: Record<string, SpinHead>;
}

export async function publishSpins(
  sources: readonly SourceFile[],
  workspace: string,
  argv: readonly string[],
): Promise<void> {
  const spins = cachedTargets().filter(({ executor }) => executor === '@nx-flow/plugin:spin');
  const given = taskCommand(argv);
  const cache = new FileCache<Known>(workspace, 'spins');
  for (const { file, flows } of sources) {
    for (const { name } of flows) {
      const key = `${file} ${name}`;
      const known = cache.get(key) ?? { asked: [], heads: {} };
      const asked = spins.flatMap(({ project, target, options }) => {
        const door = options as unknown as DoorOptions;
        if (door.flow !== file || (door.name ?? name) !== name) return [];
        const named = (given.project ?? project) === project && (given.target ?? target) === target;
        const lines = [
          commandLine('spin', door, [], []),
          ...(named ? [commandLine('spin', door, [door], given.args)] : []),
        ];
        return lines.map(([, ...line]) => line);
      });
      const heads = asked.length > 0 ? await publish(file, name, workspace, asked, known) : known.heads;
      cache.set(key, { asked, heads });
    }
  }
  cache.write();
}

/** After a run: what was published for this command before it is not what its spins will see now. */
export async function publishAgain(file: string, workspace: string): Promise<void> {
  const cache = new FileCache<Known>(workspace, 'spins');
  for (const [key, known] of cache.all()) {
    const [of, flow] = key.split(' ') as [string, string];
    const again = of === file && known.asked.length > 0;
    cache.set(
      key,
      again ? { ...known, heads: await publish(file, flow, workspace, known.asked, known) } : known,
    );
  }
  cache.write();
}

async function publish(
  file: string,
  flow: string,
  workspace: string,
  asked: string[][],
  known: Known,
): Promise<Record<string, SpinHead>> {
  const published: PublishedHeads = {};
  const heads: Record<string, SpinHead> = {};
  const { headHolds, spinHead } = await import('@nx-flow/core/heads');
  for (const argv of asked) {
    const line = JSON.stringify(argv);
    const before = known.heads[line];
    const head = before && headHolds(before) ? before : await spinHead(argv, flow, workspace);
    if (!head) continue;
    published[head.selection === '' ? '*' : head.selection] = head.key;
    if (!head.once) heads[line] = head;
  }
  if (Object.keys(published).length > 0) {
    writeIfOther(join(workspace, spinHeadFile(file, flow)), `${JSON.stringify(published)}\n`);
  }
  // Of late: alternating between two steps opens the store for neither.
  return { ...Object.fromEntries(Object.entries(known.heads).slice(-KEPT)), ...heads };
}

const KEPT = 20;
