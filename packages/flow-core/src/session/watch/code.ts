/** What of the code a step sees, or all steps of a chain, as it was when it was last looked at. The sources are parsed, never imported. */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { FlowError, isFlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { messageOf } from '../../definition/thrown';
import { stepsBetween } from '../../engine/spin/chain';
import { fingerprintFlow, type StepFingerprint } from '../../source/fingerprint';
import { compareFingerprints } from '../../source/fingerprint/compare';
import { parseFlowSource, type SourceFlow } from '../../source/parse';
import { staticGraph } from '../../source/static-graph';
import { KeptSources, stampOf } from './stamps';

export interface WatchedPlace {
  /** The flow's file. */
  file: string;
  flow: string;
  /** The flow was given by its name, and not by its file: another one in the file is not meant. */
  named?: boolean;
  workspace: string;
}

export type Look =
  /** `changed` is empty where the step sees nothing else. */
  | { changed: readonly string[]; accept(): void }
  /** It cannot be parsed, or is not there. */
  | { broken: FlowError };

export class WatchedCode {
  readonly #place: WatchedPlace;
  readonly #sources = new KeptSources();
  /** Those that the file declares. */
  #flows: readonly SourceFlow[] = [];
  /** By the steps that were spun, what each saw when that was last accepted: keys choose another, and go back. */
  readonly #seen = new Map<string, ReadonlyMap<string, StepFingerprint>>();
  /** All files that were looked for when all could be parsed: a broken one hides those that it imports. */
  #files: ReadonlyMap<string, string> = new Map();

  constructor(place: WatchedPlace) {
    this.#place = place;
  }

  /** All files that were looked for, whether they are there or not. */
  get files(): readonly string[] {
    return [...this.#files.keys()];
  }

  /**
   * Looks at it now, and compares it with what was seen when it was last accepted.
   * @param through the last step of a chain: what all of its steps see counts
   */
  look(step: string, through?: string): Look {
    const { file, flow, workspace } = this.#place;
    this.#sources.begin();
    let now: Map<string, StepFingerprint>;
    try {
      const { steps, other } = fingerprintFlow({ file, flow, root: workspace, host: this.#sources });
      this.#flows = parseFlowSource(file, Buffer.from(this.#sources.read(file) ?? []).toString());
      this.#requireFlow();
      // One whose declaration is not found may have a computed name, or be gone: the flow itself knows.
      const seenBy = (name: string) => (Object.hasOwn(steps, name) ? steps[name] : undefined) ?? other;
      const chain = through === undefined ? [step] : this.#chain(step, through);
      now = new Map(chain?.map((name) => [name, seenBy(name)]) ?? [[step, other]]);
      this.#files = new Map([[file, stampOf(file)], ...this.#sources.looked]);
    } catch (error) {
      const before = [file, ...this.#files.keys()].map((name): [string, string] => [name, stampOf(name)]);
      this.#files = new Map([...before, ...this.#sources.looked]);
      return { broken: this.#brokenBy(error) };
    }
    const of = `${step} ${through}`;
    const seen = this.#seen.get(of);
    const accept = () => void this.#seen.set(of, now);
    return { changed: seen ? differences(seen, now) : [], accept };
  }

  get #source(): SourceFlow | undefined {
    return this.#flows.find(({ name }) => name === this.#place.flow);
  }

  /** @throws FlowError FLOW_NOT_FOUND. Where no name is written out, the flow itself knows. */
  #requireFlow(): void {
    const { file, flow, named, workspace } = this.#place;
    if (!named || this.#source || this.#flows.length === 0) return;
    const names = this.#flows.map(({ name }) => `"${name}"`).join(', ');
    const place = relative(workspace, file);
    throw new FlowError(
      'FLOW_NOT_FOUND',
      `${place} declares ${names} now, and no flow "${flow}": the watch waits for it.`,
    );
  }

  /** The steps of a chain. Undefined where a part of the graph is computed. */
  #chain(step: string, through: string): string[] | undefined {
    const graph = this.#source && staticGraph(this.#source);
    return graph && [step, ...stepsBetween(graph, step, through).map(({ name }) => name)];
  }

  /** The inputs that the flow declares. Those that are computed are not known. */
  declared(): Graph['inputs'] {
    const declared = this.#source?.inputs;
    return declared === 'computed' ? undefined : declared;
  }

  /** Which files are others than when they were last looked at. */
  changed(): string[] {
    return [...this.#files].filter(([file, stamp]) => stampOf(file) !== stamp).map(([file]) => file);
  }

  #brokenBy(error: unknown): FlowError {
    const { file, workspace } = this.#place;
    if (!existsSync(file)) {
      const name = relative(workspace, file);
      return new FlowError('FLOW_NOT_FOUND', `${name} is not there any more: the watch waits for it.`);
    }
    return isFlowError(error) ? error : new FlowError('FLOW_INTERNAL', messageOf(error), { cause: error });
  }
}

/** In words, each once. */
function differences(
  before: ReadonlyMap<string, StepFingerprint>,
  now: ReadonlyMap<string, StepFingerprint>,
): string[] {
  const changed = [...now].flatMap(([name, code]) => {
    const seen = before.get(name);
    if (!seen) return [`the chain has the step ${name}, too`];
    if (seen.digest === code.digest) return [];
    return compareFingerprints(seen, code).map(({ text, at }) => placed(text, at));
  });
  const gone = [...before.keys()].filter((name) => !now.has(name));
  return [...new Set([...changed, ...gone.map((name) => `the chain has the step ${name} no more`)])];
}

function placed(text: string, at: string | undefined): string {
  const file = at?.replace(/:\d+$/, '');
  return file === undefined || text.includes(file) ? text : `${text} in ${file}`;
}

export function isCode(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file);
}
