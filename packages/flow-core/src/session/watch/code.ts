/** What of the code a step sees, as it was when it was last looked at. The sources are parsed, never imported. */
import { statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type FlowError, isFlowError } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { declaredPlaces } from '../../source/declared-inputs';
import { fingerprintFlow, type StepFingerprint } from '../../source/fingerprint';
import { compareFingerprints } from '../../source/fingerprint/compare';
import { parseFlowSource } from '../../source/parse';

export interface WatchedPlace {
  /** The flow's file. */
  file: string;
  flow: string;
  workspace: string;
  step: string;
}

export type Look =
  /** `changed` is empty where the step sees nothing else. */
  | { changed: readonly string[] }
  /** It cannot be parsed, or the step is not there. */
  | { broken: FlowError | string };

export class WatchedCode {
  readonly #place: WatchedPlace;
  #seen: StepFingerprint | undefined;
  #files: readonly string[] = [];
  #declared: readonly string[] = [];
  /** Of files that count by their content: when each was changed last, and its size. */
  readonly #data = new Map<string, string>();

  constructor(place: WatchedPlace) {
    this.#place = place;
  }

  /** All files that were looked for, whether they are there or not. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Files and folders of the flow's declared inputs: everything in them counts. */
  get data(): readonly string[] {
    return this.#declared;
  }

  /** Looks at it now, and compares it with what was seen when it was last accepted. */
  look(): Look & { accept?(): void } {
    const { file, flow, workspace, step } = this.#place;
    let found: StepFingerprint | undefined;
    try {
      const { steps, files, other } = fingerprintFlow({ file, flow, root: workspace });
      this.#files = Object.keys(files);
      this.#declared = declaredIn(file, flow);
      // A step with a computed name depends on all that the flow loads.
      found = Object.hasOwn(steps, step) ? steps[step] : Object.keys(steps).length === 0 ? other : undefined;
      if (!found) return { broken: `${relative(workspace, file)} declares no step "${step}" now.` };
    } catch (error) {
      if (!isFlowError(error)) throw error;
      return { broken: error };
    }
    const seen = this.#seen;
    const now = found;
    const accept = () => {
      this.#seen = now;
    };
    if (!seen || seen.digest === now.digest) return { changed: [], accept };
    return {
      changed: compareFingerprints(seen, now).map(({ text, at }) => placed(text, at, workspace)),
      accept,
    };
  }

  /** Whether a data file is another than when this was last asked. */
  dataChanged(path: string): boolean {
    const before = this.#data.get(path);
    const now = stateOf(path);
    this.#data.set(path, now);
    return before !== now;
  }
}

function declaredIn(file: string, flow: string): string[] {
  const declared = parseFlowSource(file).find(({ name }) => name === flow)?.inputs;
  if (declared === undefined || declared === 'computed') return [];
  return declaredPlaces({ inputs: declared } as Pick<Graph, 'inputs'> as Graph, dirname(file)).filter(
    (place) => place !== join(dirname(file)),
  );
}

function stateOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}

function placed(text: string, at: string | undefined, workspace: string): string {
  const file = at?.replace(/:\d+$/, '');
  return file === undefined || text.includes(file) ? text : `${text} in ${relative(workspace, file) || file}`;
}
