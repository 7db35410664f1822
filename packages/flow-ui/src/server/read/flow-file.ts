/** The file of a flow, where there is one in the workspace. */
import { indexFlows } from '@nx-flow/core/ui';

/** Undefined where there is none, or several claim the name. */
export async function flowFile(
  { workspace }: { workspace: string },
  flow: string,
): Promise<string | undefined> {
  const files = (await indexFlows(workspace)).filter(({ name }) => name === flow);
  return files.length === 1 ? files[0]?.file : undefined;
}
