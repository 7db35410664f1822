/** What to type next: the commands of a flow's targets, as Nx will have them. */
import { globAsync, type TargetConfiguration, type Tree } from '@nx/devkit';
import { createNodes } from '../graph/create-nodes';
import { placesOf } from '../graph/projects';

export interface Commands {
  project: string;
  run: string;
  spin(step: string): string;
  /** How the project's other flows are run: targets have the names of their flows, where there are several. */
  others: string[];
}

/** For after the changes are written: which project a flow belongs to is read from the disk. */
export async function commandsOf(tree: Tree, file: string, flow: string): Promise<Commands> {
  const [pattern, infer] = createNodes;
  // Nx listed the files before the changes were written.
  const matched = [...new Set([...(await globAsync(tree, [pattern])), file])];
  const manifests = matched.filter((path) => path.endsWith('.json'));
  const { root, name: project } = placesOf([file], manifests, tree.root).get(file) ?? {
    root: '',
    name: flow,
  };
  const inferred = await infer(matched, undefined, { workspaceRoot: tree.root, nxJsonConfiguration: {} });
  const targets = inferred.flatMap(([source, { projects }]) =>
    Object.entries(projects?.[root]?.targets ?? {}).map(([name, target]) => ({ source, name, ...target })),
  );
  const isMine = ({ source, options }: { source: string } & TargetConfiguration<{ name?: string }>) =>
    source === file && (options?.name ?? flow) === flow;
  const of = (executor: string) =>
    targets.filter((target) => target.executor === `@nx-flow/plugin:${executor}`);
  const run = (target = 'run') => `npx nx run ${target === 'run' ? project : `${project}:${target}`}`;
  const spin = of('spin').find(isMine)?.name ?? 'spin';
  return {
    project,
    run: run(of('run').find(isMine)?.name),
    spin: (step) => `npx nx ${spin} ${project} --step=${step}`,
    others: of('run')
      .filter((target) => !isMine(target))
      .map(({ name }) => run(name)),
  };
}
