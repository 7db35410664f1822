/**
 * The targets of the project graph that this plugin's executors execute, inferred or declared. Nx keeps its graph in a file
 * of megabytes; these few are kept apart when the graph is made, because they are needed before each command.
 */
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { FileCache } from './file-cache';
import { cachedTargets } from './nx';

export interface FlowTarget {
  target: string;
  executor: string;
  options: Options;
  /** Its configurations, each with the options that it changes. */
  configurations?: Record<string, Options>;
  /** Other targets give it what they are given: it may be executed with arguments by a command that does not name it. */
  forwarded?: true;
  /** Targets that do nothing but execute this one. */
  aliases?: string[];
}

type Options = Record<string, unknown>;

const OURS = '@nx-flow/plugin:';

/** The executor of a target that is another name of one of ours: Nx ends it without a process. */
export const ALIAS_EXECUTOR = 'nx:noop';

/** The target that another one of its project is an alias of. */
export function aliasOf({ executor, options }: TargetConfiguration): string | undefined {
  return executor === ALIAS_EXECUTOR ? (options as { aliasOf?: string } | undefined)?.aliasOf : undefined;
}

/** @param projects As Nx has merged them. */
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

/** Spins are few; of the many steps those count that are configured with more than the plugin itself does. */
function counts(target: FlowTarget): boolean {
  return target.executor === `${OURS}spin` || variantsOf(target).some(givesParams);
}

function givesParams(options: Options): boolean {
  return 'params' in options || 'paramsFile' in options;
}

/** The options that a target may be executed with: alone, and with each of its configurations; those last. */
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
      // An alias is given what the command gives it by name.
      if (aliasOf(target) !== undefined) continue;
      const { dependsOn = [] } = target;
      for (const needed of dependsOn) {
        if (typeof needed === 'object' && needed.params === 'forward') names.add(needed.target);
      }
    }
  }
  return names;
}

/** By project. */
export function keptFlowTargets(workspace: string): [project: string, targets: FlowTarget[]][] {
  const kept = new FileCache<FlowTarget[]>(workspace, 'targets').all();
  return kept.length > 0 ? kept : cachedTargets(OURS);
}
