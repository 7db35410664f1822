/**
 * The names of the targets of a project's flows. Every flow has long names (`run-movies`, `spin-movies-train`),
 * which stay when flows are added. One flow of the project has short names too (`run`, `spin-train`): the one with
 * the project's name, or else the first by path. A target with two names is one target: the long name is an alias
 * of the short one, so that both in one command execute it once.
 */
import { posix } from 'node:path';

/**
 * The options of the plugin in `nx.json`.
 * @example
 * ```json
 * { "plugin": "@nx-flow/plugin", "options": { "runTargetName": "flow-run", "stepTargetPrefix": "step-" } }
 * ```
 */
export interface TargetNaming {
  /** The target that runs a flow; default `run`. */
  runTargetName?: string;
  /** The target that spins a step of a flow; default `spin`. */
  spinTargetName?: string;
  /** The target that resumes a run; default `resume`. */
  resumeTargetName?: string;
  /** The target that keeps a run as a file; default `snapshot`. */
  snapshotTargetName?: string;
  /** The prefix of a step's target; default `spin-`. */
  stepTargetPrefix?: string;
  /** The target of the workspace's root that serves the local page; default `flow-ui`. */
  uiTargetName?: string;
}

export const DEFAULT_NAMES: Required<TargetNaming> = {
  runTargetName: 'run',
  spinTargetName: 'spin',
  resumeTargetName: 'resume',
  snapshotTargetName: 'snapshot',
  stepTargetPrefix: 'spin-',
  uiTargetName: 'flow-ui',
};

export interface NamedFlow {
  flow: string;
  /** The suffix of its long names: the flow's name, or its file's path if two files use one name. */
  suffix: string;
  steps: readonly string[];
}

export type FlowTargetKind = 'run' | 'spin' | 'resume' | 'snapshot';

export interface TargetNames {
  /** The targets that execute. */
  flow: Record<FlowTargetKind, string>;
  /** The targets of steps, by step. */
  steps: ReadonlyMap<string, string>;
  /** The aliases: alias to target. */
  aliases: ReadonlyMap<string, string>;
}

/** @param flows of one project, by path @returns names in that order, and a line for each name that two claim */
export function targetNames(
  flows: readonly NamedFlow[],
  project: string,
  options: Required<TargetNaming>,
): { names: TargetNames[]; collisions: string[] } {
  const claims = new Claims(project);
  const owner = ownerOf(flows, project);
  const short = owner && shortNames(owner, options, claims);
  const names = new Map<NamedFlow, TargetNames>();
  for (const flow of [...flows].sort((a, b) => Number(b === owner) - Number(a === owner))) {
    const long = longNames(flow, flows, options, claims);
    names.set(
      flow,
      flow === owner && short
        ? { ...short, aliases: aliasesOf(short, long) }
        : { ...long, aliases: new Map() },
    );
  }
  return { names: flows.map((flow) => names.get(flow) as TargetNames), collisions: claims.collisions };
}

/** The flow with the project's name. A package's scope does not count. */
function ownerOf(flows: readonly NamedFlow[], project: string): NamedFlow | undefined {
  const name = project.replace(/^@[^/]*\//, '');
  return flows.find(({ flow }) => flow === name) ?? flows[0];
}

type OwnNames = Omit<TargetNames, 'aliases'>;

function shortNames({ flow, steps }: NamedFlow, options: Required<TargetNaming>, claims: Claims): OwnNames {
  const own = baseNames(options);
  const bySteps = new Map(steps.map((step) => [step, `${options.stepTargetPrefix}${step}`]));
  for (const name of [...Object.values(own), ...bySteps.values()]) claims.take(name, flow);
  return { flow: own, steps: bySteps };
}

function longNames(
  { flow, suffix, steps }: NamedFlow,
  flows: readonly NamedFlow[],
  options: Required<TargetNaming>,
  claims: Claims,
): OwnNames {
  const base = Object.entries(baseNames(options)) as [FlowTargetKind, string][];
  const own = base.map(([kind, name]) => [
    kind,
    claims.first(flow, (dashes) => [`${name}${dashes}${suffix}`])[0],
  ]);
  // With a flow `etl-daily`, the step `daily` of the flow `etl` cannot be `spin-etl-daily`.
  const apart = flows.some((other) => other.suffix.startsWith(`${suffix}-`)) ? '--' : '-';
  const inOrder = claims.first(
    flow,
    (dashes) => steps.map((step) => `${options.stepTargetPrefix}${suffix}${dashes}${step}`),
    apart,
  );
  return {
    flow: Object.fromEntries(own),
    steps: new Map(steps.map((step, i) => [step, inOrder[i] as string])),
  };
}

function baseNames(options: Required<TargetNaming>): Record<FlowTargetKind, string> {
  return {
    run: options.runTargetName,
    spin: options.spinTargetName,
    resume: options.resumeTargetName,
    snapshot: options.snapshotTargetName,
  };
}

function aliasesOf(short: OwnNames, long: OwnNames): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const kind of Object.keys(short.flow) as FlowTargetKind[])
    aliases.set(long.flow[kind], short.flow[kind]);
  for (const [step, name] of long.steps) aliases.set(name, short.steps.get(step) as string);
  return aliases;
}

/** The assigned names, each with its flow. */
class Claims {
  readonly collisions: string[] = [];
  readonly #taken = new Map<string, string>();

  constructor(private readonly project: string) {}

  take(name: string, flow: string): void {
    this.#taken.set(name, flow);
  }

  /** Returns the names with the fewest dashes that are all free. Reports only collisions between flows. */
  first(flow: string, named: (dashes: string) => string[], dashes = '-'): string[] {
    const names = named(dashes);
    const at = names.findIndex((name) => this.#taken.has(name));
    if (at < 0) {
      for (const name of names) this.take(name, flow);
      return names;
    }
    const found = this.first(flow, named, `${dashes}-`);
    const other = this.#taken.get(names[at] as string);
    if (other !== flow) {
      this.collisions.push(
        `${this.project}: ${names[at]} is a target of the flow ${other}, so that the flow ${flow} has ${found[at]} instead. Rename one of the two, or give the plugin's option "stepTargetPrefix".`,
      );
    }
    return found;
  }
}

/** The suffix of a flow's long names: its name, or its file's path within the project if two of its files use the name. */
export function suffixOf(
  flow: string,
  file: string,
  root: string,
  files: readonly { file: string; flows: readonly string[] }[],
): string {
  const claiming = files.filter(({ flows }) => flows.includes(flow));
  if (claiming.length === 1) return flow;
  const path = posix.relative(root, file).replace(/\.flow\.[cm]?tsx?$/, '');
  return path.replaceAll('/', '-');
}
