/** What differs inside of the artifacts of a spin, beside the run that gave its inputs and beside the spin before. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeSince, isSameTask } from '../../engine/task/change';
import type { ArtifactDifference } from '../../engine/task/difference';
import type { SpinDone } from '../../engine/task/flow-event';
import type { OutputFile } from '../../engine/task/task';
import { loadFlow } from '../../source/load';
import type { Store } from '../../store/store';
import type { Codecs } from '../../store/values/artifacts';
import { differencesBetween, differencesOfSpin } from '../differences';
import type { Comparison, SpareCompare } from './protocol';

/** Of more artifacts nobody reads what differs. */
const MOST = 50;

export interface ComparePlace {
  store: Store;
  workspace: string;
  /** The flow's file. */
  file: string;
}

/** Nothing of the step is executed; the flow is imported where a codec of its own is needed. */
export async function compareSpins(
  { last, before }: Pick<SpareCompare, 'last' | 'before'>,
  place: ComparePlace,
): Promise<Comparison[]> {
  const kept = [...last.spins, ...(before?.spins ?? [])];
  const codecs = kept.some((spin) => hasCodecs(spin, place))
    ? await codecsOf(kept[0] as SpinDone, place)
    : undefined;
  const stored = { ...place, codecs };
  const comparisons: Comparison[] = [];
  let left = MOST;
  const add = async (
    spin: SpinDone,
    beside: Comparison['beside'],
    differences: () => Promise<Map<string, ArtifactDifference>>,
  ) => {
    const changed = spin.artifacts.filter(({ change }) => change === 'changed').length;
    const found = changed > 0 && left > 0 ? await differences() : new Map<string, ArtifactDifference>();
    const artifacts = spin.artifacts.map((artifact) => {
      if (artifact.change !== 'changed' || left-- <= 0) return artifact;
      return { ...artifact, difference: found.get(artifact.name) ?? NOT_THERE };
    });
    comparisons.push({ spin: { ...spin, artifacts }, beside });
  };
  for (const spin of last.spins) {
    if (spin.run !== undefined) await add(spin, { run: spin.run }, () => differencesOfSpin(spin, stored));
    const was = before?.spins.find((one) => isSameTask(one, spin));
    if (!before || !was) continue;
    const artifacts = spin.artifacts.map((one) => ({ ...one, change: changeSince(was.artifacts, one) }));
    await add({ ...spin, artifacts }, { spin: before.n }, () => differencesBetween(was, spin, stored));
  }
  return comparisons;
}

const NOT_THERE: ArtifactDifference = { notCompared: 'What it was is not there any more.' };

function hasCodecs({ outputs }: SpinDone, { workspace }: ComparePlace): boolean {
  if (outputs === undefined) return false;
  const text = readFileSync(join(workspace, outputs, 'artifacts.json'), 'utf8');
  return (JSON.parse(text) as OutputFile[]).some(({ format }) => format.startsWith('codec:'));
}

/** Where the flow cannot be imported now, what needs them is not compared. */
async function codecsOf({ flow }: SpinDone, { file }: ComparePlace): Promise<Codecs> {
  try {
    return (await loadFlow(file, flow)).codecs;
  } catch {
    return undefined;
  }
}
