/**
 * Checks whether a step was executed by the code that was published for it. An edit meanwhile, or a target before
 * it that writes code, changes what the step does under a hash that Nx has already computed.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { lastSources } from '../graph/sources';
import { OUR_INPUTS } from '../graph/step-targets';
import type { ExecutorOptions } from '../nx/command-line';
import { FileCache } from '../nx/file-cache';
import { fingerprintFile, PUBLISHED_AT } from '../nx/published-files';
import { Stamps } from '../nx/stamps';
import { flowKey, type KnownCode, knownCode } from './fingerprints';

/**
 * Returns a function to call after the step was executed: it returns what has changed, as the beginning of a
 * sentence. Returns undefined when no check is possible: the code is unknown, or Nx hashes other targets' outputs.
 */
export function codeCheck(
  { flow: file, name }: ExecutorOptions,
  step: string | undefined,
  { root: workspace, target }: ExecutorContext,
): (() => Promise<string | undefined>) | undefined {
  const flows = lastSources(workspace).find((source) => source.file === file)?.flows ?? [];
  const flow = name ?? (flows.length === 1 ? flows[0]?.name : undefined);
  if (flow === undefined || step === undefined || hashesOutputs(target?.inputs ?? [])) return undefined;
  const before = new FileCache<KnownCode>(workspace, 'fingerprints').get(flowKey(file, flow));
  const code = before?.steps[step];
  if (!before || !code || code.open) return undefined;
  const changed = `The code of "${step}" changed after the command had begun`;
  const late = isLater(join(workspace, fingerprintFile(file, flow, step)));
  return async () => {
    if (late) return changed;
    const stamps = new Stamps();
    if (stamps.same(before.stamps)) return undefined;
    const now = await knownCode(file, flow, workspace, stamps);
    return now.steps[step]?.digest === code.digest ? undefined : changed;
  };
}

function hashesOutputs(inputs: NonNullable<ExecutorContext['target']>['inputs'] = []): boolean {
  const ours = new Set(OUR_INPUTS.map((input) => JSON.stringify(input)));
  return inputs.some(
    (input) =>
      typeof input === 'object' && 'dependentTasksOutputFiles' in input && !ours.has(JSON.stringify(input)),
  );
}

/**
 * Whether another command has published since this one, perhaps after this one's tasks were hashed. The time of this
 * command has whole milliseconds, and newer kernels give files finer ones.
 */
function isLater(published: string): boolean {
  const at = Number(process.env[PUBLISHED_AT]);
  return at > 0 && Math.floor(statSync(published, { throwIfNoEntry: false })?.mtimeMs ?? 0) > at;
}
