/**
 * Whether the files that a run depends on are the same since before it loaded the first of them: then what was read of them later is
 * what its tasks were executed with.
 */
import type { Stats } from 'node:fs';
import type { Graph } from '../definition/graph';
import { digestOfFiles, filesOfInputs, lookAt } from '../source/declared-files';
import { declaredVariables } from '../source/declared-inputs';
import type { Fingerprints } from '../source/fingerprint';

export interface SteadyOptions {
  graph: Graph;
  /** The flow's file. */
  file: string;
  workspace: string;
  /** When this process began to load the code. Milliseconds since 1970; by default, when it started. */
  since?: number | undefined;
}

/** A file that was written just before may have an older time: clocks of file systems go in steps. Milliseconds. */
const STEP_MS = 10;

export class Steady {
  /** What steps see besides code, artifacts and parameters, as it was when this was made. */
  readonly seen: { files: string; environment: string | undefined };
  readonly #stats: ReadonlyMap<string, string>;
  readonly #declared: () => readonly string[] | undefined;
  readonly #names: string;

  private constructor(
    seen: Steady['seen'],
    stats: ReadonlyMap<string, string>,
    declared: () => readonly string[] | undefined,
    names: string,
  ) {
    this.seen = seen;
    this.#stats = stats;
    this.#declared = declared;
    this.#names = names;
  }

  /** Undefined where some file has changed since, or where there are too many of them. */
  static async of(
    { files }: Fingerprints,
    { graph, file, workspace, since = startOfProcess() }: SteadyOptions,
  ): Promise<Steady | undefined> {
    const variables = declaredVariables(graph);
    const environment = variables && JSON.stringify(variables);
    const declared = () => filesOfInputs(graph, file, workspace);
    const names = declared();
    if (!names) return undefined;
    const stats = new Map<string, string>();
    for (const path of [...Object.keys(files), ...names]) {
      const found = lookAt(path);
      if (found && !(found.ctimeMs <= since - STEP_MS)) return undefined;
      stats.set(path, textOf(found));
    }
    const digest = await digestOfFiles(names, file);
    if (digest === undefined) return undefined;
    return new Steady({ files: digest, environment }, stats, declared, names.join('\n'));
  }

  holds(): boolean {
    for (const [path, text] of this.#stats) if (textOf(lookAt(path)) !== text) return false;
    return this.#declared()?.join('\n') === this.#names;
  }
}

/** `performance.timeOrigin` is not at hand: the built command has its own `performance`, which can only tell spans. */
function startOfProcess(): number {
  return Date.now() - process.uptime() * 1000;
}

function textOf(found: Stats | undefined): string {
  return found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : 'none';
}
