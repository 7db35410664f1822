/** The code of flows as it is in the checkout of a worker, and whether it is still what was looked at. */
import { statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import {
  type FingerprintOptions,
  type Fingerprints,
  FlowError,
  fingerprintHere,
  type StepFingerprint,
} from '@nx-flow/core/queue';
import { stepCode } from '../wire/code';

/** The code of one flow at one moment. */
export class Code {
  readonly #fingerprints: Fingerprints;
  /** Each file that was looked at, by its path. */
  readonly #states: ReadonlyMap<string, string>;

  constructor(fingerprints: Fingerprints, states: ReadonlyMap<string, string>) {
    this.#fingerprints = fingerprints;
    this.#states = states;
  }

  of(step: string): StepFingerprint {
    return stepCode(this.#fingerprints, step);
  }

  /** No file was touched since: what was imported meanwhile is what was looked at. */
  holds(): boolean {
    for (const [path, state] of this.#states) if (stateOf(path) !== state) return false;
    return true;
  }
}

export class Checkout {
  readonly workspace: string;
  readonly #known = new Map<string, Promise<Code>>();

  readonly #fingerprint: (options: FingerprintOptions) => Promise<Fingerprints>;

  constructor(workspace: string, fingerprint = fingerprintHere) {
    this.workspace = workspace;
    this.#fingerprint = fingerprint;
  }

  /** Another one, whose code is looked at in the same way. */
  beside(workspace: string): Checkout {
    return new Checkout(workspace, this.#fingerprint);
  }

  /** @throws FlowError FLOW_NOT_FOUND for a file that is not of this workspace */
  path(file: string): string {
    const path = join(this.workspace, file);
    const inside = relative(this.workspace, path);
    if (isAbsolute(file) || isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`))
      throw new FlowError('FLOW_NOT_FOUND', `${JSON.stringify(file)} is no file of the worker's workspace.`);
    return path;
  }

  /** Looks at the files again only where one was touched. @throws FlowError FLOW_SYNTAX, FLOW_IMPORT, FLOW_NOT_FOUND */
  async code(flow: string, file: string): Promise<Code> {
    const key = `${flow}\0${file}`;
    const known = this.#known.get(key);
    const code = await known?.catch(() => undefined);
    if (code?.holds()) return code;
    // Another chunk has asked for it meanwhile.
    if (this.#known.get(key) !== known) return this.code(flow, file);
    const reading = this.#read(flow, this.path(file));
    this.#known.set(key, reading);
    return reading;
  }

  async #read(flow: string, file: string): Promise<Code> {
    const read = () => this.#fingerprint({ flow, file, root: this.workspace });
    const { files } = await read();
    // Looked at before they are read once more: what changes in between shows as touched.
    const states = new Map(Object.keys(files).map((path) => [path, stateOf(path)]));
    return new Code(await read(), states);
  }
}

/** What is looked for below a file, as of a package whose entry is one, is not there either. */
function stateOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return 'none';
  }
}
