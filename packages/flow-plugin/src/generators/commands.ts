/** The commands of a flow's targets, to show what to type next. */
import { globAsync, readNxJson, type TargetConfiguration, type Tree } from '@nx/devkit';
import { createNodes } from '../graph/create-nodes';
import type { PluginOptions } from '../graph/plugin-options';
import { placesOf } from '../graph/projects';
import { aliasOf } from '../nx/flow-targets';

export interface Commands {
  project: string;
  run: string;
  spin(step: string): string;
  /** The commands that run the project's other flows, if this flow has the short target names. */
  others: string[];
}

/** Call after the changes are written, since a flow's project is read from the disk. */
export async function commandsOf(tree: Tree, file: string, flow: string): Promise<Commands> {
  const [pattern, infer] = createNodes;
  // Nx listed the files before the changes were written.
  const matched = [...new Set([...(await globAsync(tree, [pattern])), file])];
  const manifests = matched.filter((path) => path.endsWith('.json'));
  const { root, name: project } = placesOf([file], manifests, tree.root).get(file) ?? {
    root: '',
    name: flow,
  };
  const inferred = await infer(matched, optionsIn(tree), {
    workspaceRoot: tree.root,
    nxJsonConfiguration: {},
  });
  const targets = inferred.flatMap(([source, { projects }]) =>
    Object.entries(projects?.[root]?.targets ?? {}).map(([name, target]) => ({ source, name, ...target })),
  );
  const isMine = ({ source, options }: { source: string } & TargetConfiguration<{ name?: string }>) =>
    source === file && (options?.name ?? flow) === flow;
  const of = (executor: string) =>
    targets.filter((target) => target.executor === `@nx-flow/plugin:${executor}`);
  const run = (target = 'run') => `npx nx run ${target === 'run' ? project : `${project}:${target}`}`;
  const spin = of('spin').find(isMine)?.name ?? 'spin';
  const hasShortNames = targets.some((target) => aliasOf(target) === spin);
  return {
    project,
    run: run(of('run').find(isMine)?.name),
    spin: (step) => `npx nx ${spin} ${project} --step=${step}`,
    others: hasShortNames
      ? of('run')
          .filter((target) => !isMine(target))
          .map(({ name }) => run(name))
      : [],
  };
}

/** The plugin's options in `nx.json`. */
function optionsIn(tree: Tree): PluginOptions | undefined {
  for (const plugin of readNxJson(tree)?.plugins ?? []) {
    if (typeof plugin === 'object' && plugin.plugin === '@nx-flow/plugin')
      return plugin.options as PluginOptions;
  }
  return undefined;
}
