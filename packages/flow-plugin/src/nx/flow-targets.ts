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

/** The executor of a target that is an alias of one of this plugin's. Nx ends it without a process. */
export const ALIAS_EXECUTOR = 'nx:noop';

/** The target of its project that an alias means. */
export function aliasOf({ executor, options }: TargetConfiguration): string | undefined {
  return executor === ALIAS_EXECUTOR ? (options as { aliasOf?: string } | undefined)?.aliasOf : undefined;
}

/** @param projects the projects that Nx has merged */
export function keepFlowTargets(workspace: string, projects: Record<string, ProjectConfiguration>): void {
  const cache = new FileCache<FlowTarget[]>(workspace, 'targets');
  const forwarded = forwardedNames(projects);
  for (const [project, { targets = {} }] of Object.entries(projects)) {
    const mine = Object.entries(targets).flatMap(([target, { executor, options = {}, configurations }]) => {
      if (!executor?.startsWith(OURS)) return [];
      const aliases = Object.keys(targets).filter((name) => aliasOf(targets[name] ?? {}) === target);
      const more = {
        ...(configurations && Object.keys(configurations).length > 0 ? { configurations } : {}),
        ...([target, ...aliases].some((name) => forwarded.has(name)) ? { forwarded: true as const } : {}),
        ...(aliases.length > 0 ? { aliases } : {}),
      };
      return [{ target, executor, options, ...more }].filter(counts);
    });
    if (mine.length > 0) cache.set(project, mine);
  }
  cache.write();
}

/** Keeps the few spins, and of the many steps only those with configured parameters. */
function counts(target: FlowTarget): boolean {
  return target.executor === `${OURS}spin` || variantsOf(target).some(givesParams);
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

function forwardedNames(projects: Record<string, ProjectConfiguration>): Set<string> {
  const names = new Set<string>();
  for (const { targets = {} } of Object.values(projects)) {
    for (const target of Object.values(targets)) {
      // An alias gets only what the command gives it by name.
      if (aliasOf(target) !== undefined) continue;
      const { dependsOn = [] } = target;
      for (const needed of dependsOn) {
        if (typeof needed === 'object' && needed.params === 'forward') names.add(needed.target);
      }
    }
  }
  return names;
}

/** The saved targets, by project. */
export function keptFlowTargets(workspace: string): [project: string, targets: FlowTarget[]][] {
  const kept = new FileCache<FlowTarget[]>(workspace, 'targets').all();
  return kept.length > 0 ? kept : cachedTargets(OURS);
}
