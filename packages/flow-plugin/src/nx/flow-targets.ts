/**
 * The targets of the project graph with this plugin's executors, inferred or declared. Nx keeps its graph in a
 * file of megabytes. These few are saved separately when the graph is made, since each command needs them first.
 */
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { FileCache } from './file-cache';
import { cachedTargets } from './nx';

export interface FlowTarget {
  target: string;
  executor: string;
  options: Options;
  /** Its configurations, each with its changed options. */
  configurations?: Record<string, Options>;
  /** Other targets forward their arguments to it, so a command that does not name it may give it arguments. */
  forwarded?: true;
  /** Targets that only execute this one. */
  aliases?: string[];
}

type Options = Record<string, unknown>;

const OURS = '@nx-flow/plugin:';
const SPIN = `${OURS}spin`;

/** The executor of a target that is an alias of one of this plugin's. Nx ends it without a process. */
export const ALIAS_EXECUTOR = 'nx:noop';

/** The target of its project that an alias means: the only one that it needs, which gets its arguments. */
export function aliasOf({ executor, dependsOn = [] }: TargetConfiguration): string | undefined {
  const [needed, another] = dependsOn;
  if (executor !== ALIAS_EXECUTOR || another !== undefined || typeof needed !== 'object') return undefined;
  return needed.params === 'forward' && !needed.projects && !needed.dependencies ? needed.target : undefined;
}

/** @param projects the projects that Nx has merged */
export function keepFlowTargets(workspace: string, projects: Record<string, ProjectConfiguration>): void {
  const kept: { project: string; targets: FlowTarget[]; aliases: ReadonlyMap<string, string[]> }[] = [];
  const forwarded = new Set<string>();
  for (const project in projects) {
    const mine: FlowTarget[] = [];
    const aliases = new Map<string, string[]>();
    const { targets = {} } = projects[project] as ProjectConfiguration;
    for (const target in targets) {
      const configured = targets[target] as TargetConfiguration;
      const means = aliasOf(configured);
      // An alias gets only what the command gives it by name.
      if (means === undefined) addForwarded(configured, forwarded);
      else if (aliases.has(means)) aliases.get(means)?.push(target);
      else aliases.set(means, [target]);
      const { executor, options = {}, configurations } = configured;
      if (!executor?.startsWith(OURS)) continue;
      const own = isEmpty(configurations) ? {} : { configurations };
      if (counts(executor, options, own.configurations)) mine.push({ target, executor, options, ...own });
    }
    if (mine.length > 0) kept.push({ project, targets: mine, aliases });
  }
  const cache = new FileCache<FlowTarget[]>(workspace, 'targets');
  for (const { project, targets, aliases } of kept) {
    cache.set(
      project,
      targets.map((found) => {
        const names = aliases.get(found.target) ?? [];
        return {
          ...found,
          ...([found.target, ...names].some((name) => forwarded.has(name))
            ? { forwarded: true as const }
            : {}),
          ...(names.length > 0 ? { aliases: names } : {}),
        };
      }),
    );
  }
  cache.write();
}

function addForwarded({ dependsOn = [] }: TargetConfiguration, names: Set<string>): void {
  for (const needed of dependsOn) {
    if (typeof needed === 'object' && needed.params === 'forward') names.add(needed.target);
  }
}

/** Keeps the few spins, and of the many steps only those with configured parameters. */
function counts(executor: string, options: Options, configurations: FlowTarget['configurations']): boolean {
  if (executor === SPIN) return true;
  return configurations ? variantsOf({ options, configurations }).some(givesParams) : givesParams(options);
}

function isEmpty(record: object = {}): boolean {
  for (const _ in record) return false;
  return true;
}

function givesParams(options: Options): boolean {
  return 'params' in options || 'paramsFile' in options;
}

/** The options with which a target may be executed: its own, then those with each configuration. */
export function variantsOf({
  options,
  configurations = {},
}: Pick<FlowTarget, 'options' | 'configurations'>): Options[] {
  return [options, ...Object.values(configurations).map((own) => layered(options, own))];
}

/** Merges options as Nx does, but parameter by parameter. */
function layered(options: Options, own: Options): Options {
  const params = { ...(options.params as object), ...(own.params as object) };
  return { ...options, ...own, ...(Object.keys(params).length > 0 ? { params } : {}) };
}

/** The saved targets, by project. */
export function keptFlowTargets(workspace: string): [project: string, targets: FlowTarget[]][] {
  const kept = new FileCache<FlowTarget[]>(workspace, 'targets').all();
  return kept.length > 0 ? kept : cachedTargets(OURS);
}
