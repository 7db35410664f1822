/** What to type next: the commands of a flow's targets, as Nx will have them. */
import { globAsync, type Tree } from '@nx/devkit';
import { createNodes } from '../graph/create-nodes';
import { placesOf } from '../graph/projects';

export interface Commands {
  run: string;
  spin(step: string): string;
}

/** For after the changes are written: which project a flow belongs to is read from the disk. */
export async function commandsOf(tree: Tree, file: string, flow: string): Promise<Commands> {
  const [pattern, infer] = createNodes;
  const matched = await globAsync(tree, [pattern]);
  const inferred = await infer(matched, undefined, { workspaceRoot: tree.root, nxJsonConfiguration: {} });
  const manifests = matched.filter((path) => path.endsWith('.json'));
  const project = placesOf([file], manifests, tree.root).get(file)?.name ?? flow;
  const mine = inferred
    .filter(([source]) => source === file)
    .flatMap(([, { projects = {} }]) => Object.values(projects));
  const targets = mine.flatMap(({ targets = {} }) => Object.entries(targets));
  const nameOf = (executor: string) =>
    targets.find(([, target]) => {
      const { name = flow } = (target.options ?? {}) as { name?: string };
      return target.executor === `@nx-flow/plugin:${executor}` && name === flow;
    })?.[0] ?? executor;
  const run = nameOf('run');
  return {
    run: `npx nx run ${run === 'run' ? project : `${project}:${run}`}`,
    spin: (step) => `npx nx ${nameOf('spin')} ${project} --step=${step}`,
  };
}
