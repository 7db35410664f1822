/** The npm packages of a step, for workers that execute it. */
import { hasPackages, type StepNode } from '../definition/graph';
import type { Installed } from '../engine/pool/packages';
import type { Emit } from '../engine/task/flow-event';
import { keys } from '../store/kv/row-keys';
import type { Session } from './session';

/** Installs the packages before anything of the step begins. @throws FlowError FLOW_PACKAGES, FLOW_INTERRUPTED */
export async function packagesOf(
  { graph, workspace, signal, store }: Session,
  node: StepNode,
  emit: Emit,
): Promise<Installed | undefined> {
  if (!hasPackages(node)) return undefined;
  const { installOfSteps } = await import('../engine/pool/packages');
  const installing = (packages: string) => emit({ type: 'packages-installing', packages });
  const using = (set: string) => store.holds.pin([keys.pinPackages(set)]);
  const options = { workspace, installing, using, ...(signal ? { signal } : {}) };
  return (await installOfSteps(graph, new Set([node.name]), options)).get(node.name);
}
