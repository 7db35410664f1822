/**
 * Fingerprints: everything of the code that can change what a step does, as named parts with a hash each. The
 * sources are parsed, never imported. When parts cannot be separated, all of them count: a difference too many
 * costs time, one too few would give wrong results. (A module that fails while it is loaded is not considered.)
 */
import { packageVersion } from '../../environment/package-root';
import { Dependencies, type Reads } from './dependencies';
import { hash } from './hash';
import { diskHost, type SourceHost, Sources } from './host';
import type { Site } from './module';
import { type Modules, surroundingsOf } from './modules';
import type { Part } from './parts';
import type { Surroundings } from './surroundings';

export type { Reads } from './dependencies';
export type { SourceHost } from './host';
export type { Part, PartKind } from './parts';

/** Goes up when equal code gets other hashes or parts. Fingerprints of different formats cannot be compared. */
export const FORMAT = 3;

export interface StepFingerprint {
  /** Covers all parts: with equal digests, nothing in the code can make a difference. */
  digest: string;
  parts: Part[];
  /** Places where it loads code by a computed name: that code is in no part. */
  open: string[];
  /** What the step may read besides code and inputs. */
  reads: Reads;
}

export interface Fingerprints {
  format: number;
  flow: string;
  /** One for each step whose declaration can be found. */
  steps: Record<string, StepFingerprint>;
  /** For any other step, such as one with a computed name: everything that the flow file loads. */
  other: StepFingerprint;
  /** Every file that was looked for, with the hash of its bytes, or null: same files, same fingerprints. */
  files: Record<string, string | null>;
}

export interface FingerprintOptions {
  /** The flow's file, absolute. */
  file: string;
  flow: string;
  /** The workspace: files are named from there. */
  root: string;
  host?: SourceHost;
  /** Of Node and of the engine; default this process's. */
  node?: string;
  engine?: string;
  /** Files of the workspace that a test runner has loaded by its own rules, without symbolic links. */
  loaded?: readonly string[];
}

/**
 * @throws FlowError FLOW_SYNTAX for a module that does not parse, FLOW_IMPORT for a flow file that is not there
 * @example
 * ```ts
 * const { steps } = fingerprintFlow({ file: '/repo/movies.flow.ts', flow: 'movies', root: '/repo' });
 * console.log(steps.genre.digest);
 * ```
 */
export function fingerprintFlow(options: FingerprintOptions): Fingerprints {
  const sources = new Sources(options.host ?? diskHost);
  const surroundings = surroundingsOf(options.file, options.root, sources, options.loaded);
  const { modules } = surroundings;
  const around: Surroundings = { ...surroundings, sources, paths: new Map() };
  const base = new Dependencies(around);
  const node = (options.node ?? process.version).replace(/^v?(\d+).*/, '$1');
  base.add('node', '', node);
  base.add('engine', '', options.engine ?? packageVersion());
  base.load(modules.order);
  const all = new Dependencies(around, base);
  for (const at of modules.order) if (typeof at === 'string') all.whole(at);
  const { sites, splits } = declarations(modules, options.flow);
  const steps = new Map<string, StepFingerprint>();
  for (const [name, found] of sites) {
    const [only, ...more] = found;
    // When a step is declared twice, the source does not show which one runs.
    if (!only || more.length > 0) continue;
    const reach = new Dependencies(around, base);
    reach.site(only.file, only.site);
    reach.add('splits', name, (splits.get(name) ?? []).sort().join());
    steps.set(name, finish(reach));
  }
  const { flow } = options;
  return {
    format: FORMAT,
    flow,
    steps: Object.fromEntries(steps),
    other: finish(all),
    files: sources.seen(),
  };
}

interface Declarations {
  sites: Map<string, { file: string; site: Site }[]>;
  splits: Map<string, string[]>;
}

/** The steps that are declared on a flow, and by which of their artifacts foreaches split them. */
function declarations(modules: Modules, flow: string): Declarations {
  const sites: Declarations['sites'] = new Map();
  const splits: Declarations['splits'] = new Map();
  for (const file of modules.order) {
    if (typeof file !== 'string') continue;
    for (const site of modules.module(file).units.flatMap((unit) => unit.sites)) {
      if (modules.flowOf(file, site) !== flow) continue;
      sites.set(site.name, [...(sites.get(site.name) ?? []), { file, site }]);
      if (site.call.kind !== 'foreach') continue;
      const over = String(site.call.literals.over);
      for (const { use } of site.edges) {
        const parent = use.variable === undefined ? undefined : modules.stepOf(file, use.variable);
        const name = parent?.site.name ?? use.call?.arguments[0]?.value;
        if (name !== undefined) splits.set(name, [...(splits.get(name) ?? []), over]);
      }
    }
  }
  return { sites, splits };
}

function finish(reach: Dependencies): StepFingerprint {
  reach.order();
  const parts = reach.parts();
  const digest = hash(parts.map(({ kind, name, value }) => `${kind}\0${name}\0${value}\n`).join(''));
  const open = parts.filter(({ kind }) => kind === 'open').map(({ name, at }) => at ?? name);
  return { digest, parts, open, reads: reach.reads() };
}
