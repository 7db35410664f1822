/** Whether a step was executed by the code that was published for it: whoever edits it meanwhile changes what it does. */
import type { DoorOptions } from '../executors/door';
import { FileCache } from '../graph/cache';
import { lastSources } from '../graph/sources';
import { flowKey, type KnownCode, knownCode } from './fingerprints';
import { Stamps } from './stamps';

/** To be asked after the step was executed. Undefined where nothing is known of its code: then it is not replayed either. */
export function codeCheck(
  { flow: file, name }: DoorOptions,
  step: string | undefined,
  workspace: string,
): (() => Promise<void>) | undefined {
  const flows = lastSources(workspace).find((source) => source.file === file)?.flows ?? [];
  const flow = name ?? (flows.length === 1 ? flows[0]?.name : undefined);
  if (flow === undefined || step === undefined) return undefined;
  const before = new FileCache<KnownCode>(workspace, 'fingerprints').get(flowKey(file, flow));
  const code = before?.steps[step];
  if (!before || !code || code.open) return undefined;
  return async () => {
    const stamps = new Stamps();
    if (stamps.same(before.seen)) return;
    const now = await knownCode(file, flow, workspace, stamps);
    if (now.steps[step]?.digest === code.digest) return;
    const { FlowError } = require('@nx-flow/core') as typeof import('@nx-flow/core');
    throw new FlowError(
      'FLOW_HEAD_MOVED',
      `The code of "${step}" changed after Nx had looked for a cached result of it: give the command again.`,
      { exit: 1 },
    );
  };
}
