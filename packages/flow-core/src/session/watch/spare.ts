/**
 * A process that has loaded all that a spin needs but the flow, executes one spin, and is thrown away: no state survives it.
 * The next one is made ready meanwhile.
 */
import type { FlowEvent } from '../../engine/task/flow-event';
import { packageFile } from '../../environment/package-root';
import { endGroup } from '../../process/end-processes';
import type { OrphanGuard } from '../../process/orphan-guard';
import { familyOf, listProcesses } from '../../process/process-table';
import { startProcess } from '../../process/start-process';
import type { Verified } from '../../store/cas/verified';
import type {
  Comparison,
  FromSpare,
  SpareCompare,
  SpareGo,
  SpareOutcome,
  SpareSetup,
  ToSpare,
} from './protocol';

/** It lives for one spin: large values are decoded without copies of what is young yet. */
const NODE = ['--max-semi-space-size=64'];

export interface SpareListener {
  event(event: FlowEvent): void;
  /** What is printed past the events, such as by a process that the step started. */
  printed(text: string): void;
  note(text: string): void;
  compared?(comparisons: readonly Comparison[]): void;
}

/** What one process has found out for those after it. */
export interface Findings {
  verified: Verified;
}

/** `begun` is false where the flow was not even looked at: another process may do it. */
export type SpareEnd = SpareOutcome | { type: 'died'; how: string; begun: boolean };

/** What to spin. */
export type Go = Pick<SpareGo, 'argv' | 'columns'>;

export interface SpareOptions {
  /** The program that it is. */
  program: string;
  /** How long it may take to load what needs no flow. Milliseconds. */
  readyMs: number;
}

export const SPARE: SpareOptions = { program: packageFile('dist/watch-child.js'), readyMs: 30_000 };

/** How long it may take to begin when it is told to. Milliseconds. */
const BEGIN_MS = 10_000;
/** How long it may live on when it has said what its spin came to. Milliseconds. */
const LEAVE_MS = 2000;
/** How long it may take to end what is executed on another machine. Milliseconds. */
const STOP_MS = 2000;

export class Spare {
  readonly #process;
  readonly #guard: OrphanGuard;
  readonly #findings: Findings;
  #listener: SpareListener | undefined;
  #state: 'loading' | 'ready' | 'begun' = 'loading';
  #told = false;
  #isAway = false;
  #outcome: SpareOutcome | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #late: string | undefined;
  /** What it had started when it was killed: workers are in groups of their own. */
  #started: number[] = [];
  #said: (end: SpareEnd) => void = () => {};
  /** Resolves when its spin is over, though its process may not have ended. */
  readonly said: Promise<SpareEnd>;
  /** Resolves when its process has ended, and what that had started. */
  readonly ended: Promise<SpareEnd>;

  constructor(
    setup: SpareSetup,
    { guard, findings, program, readyMs }: SpareOptions & { guard: OrphanGuard; findings: Findings },
  ) {
    this.#guard = guard;
    this.#findings = findings;
    const color = process.env.FORCE_COLOR ?? (process.stdout.isTTY && !process.env.NO_COLOR ? '1' : '0');
    this.#process = startProcess<FromSpare, ToSpare>(
      program,
      [JSON.stringify(setup)],
      { ...process.env, FORCE_COLOR: color },
      (message) => this.#hear(message),
      { apart: true, node: NODE },
    );
    const { child, onEnd } = this.#process;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#listener?.printed(text));
    if (child.pid !== undefined) guard.add(-child.pid);
    this.#within(readyMs, 'did not get ready');
    this.said = new Promise((resolve) => {
      this.#said = resolve;
    });
    this.ended = new Promise((resolve) => onEnd((how) => void this.#end(how).then(resolve)));
  }

  /** Whether it has ended, or is about to. */
  get isOver(): boolean {
    const { exitCode, signalCode, pid } = this.#process.child;
    return exitCode !== null || signalCode !== null || pid === undefined || this.#late !== undefined;
  }

  /** The number of its process. */
  get pid(): number | undefined {
    return this.#process.child.pid;
  }

  get isReady(): boolean {
    return this.#state !== 'loading';
  }

  /** Executes its spin. */
  go(go: Go, listener: SpareListener): void {
    this.#tell({ type: 'go', ...go, verified: this.#findings.verified }, listener);
  }

  /** Compares what spins have returned, in the place of a spin. */
  compare(spins: Omit<SpareCompare, 'type'>, listener: SpareListener): void {
    this.#tell({ type: 'compare', ...spins }, listener);
  }

  #tell(message: ToSpare, listener: SpareListener): void {
    this.#listener = listener;
    this.#told = true;
    if (this.#state === 'ready') this.#within(BEGIN_MS, 'did not begin');
    this.#process.channel.send(message);
  }

  /** Resolves when it has ended, with what it had started. */
  async kill(): Promise<void> {
    this.#listener = undefined;
    const { pid } = this.#process.child;
    if (this.#isAway && !this.#outcome && !this.isOver) {
      this.#within(STOP_MS, 'did not stop');
      this.#process.channel.send({ type: 'stop' });
      await this.said;
    }
    if (pid !== undefined && this.#state === 'begun' && !this.isOver)
      this.#started = familyOf([pid], listProcesses()).filter((one) => one !== pid);
    this.#process.child.kill('SIGKILL');
    await this.ended;
  }

  #within(ms: number, what: string): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#late ??= `${what} within ${ms / 1000} s`;
      this.#process.child.kill('SIGKILL');
    }, ms);
    this.#deadline.unref();
  }

  #hear(message: FromSpare): void {
    switch (message.type) {
      case 'ready':
        this.#state = 'ready';
        clearTimeout(this.#deadline);
        if (this.#told) this.#within(BEGIN_MS, 'did not begin');
        return;
      case 'begun':
        this.#state = 'begun';
        clearTimeout(this.#deadline);
        return;
      case 'away':
        this.#isAway = true;
        return;
      case 'event':
        this.#listener?.event(message.event);
        return;
      case 'compared':
        this.#listener?.compared?.(message.comparisons);
        return;
      case 'verified':
        this.#findings.verified = message.files;
        return;
      case 'note':
        this.#listener?.note(message.text);
        return;
      default:
        this.#outcome = message;
        this.#within(LEAVE_MS, 'did not end');
        this.#said(message);
    }
  }

  async #end(how: string): Promise<SpareEnd> {
    clearTimeout(this.#deadline);
    const died = { type: 'died' as const, how: this.#late ?? how, begun: this.#state === 'begun' };
    const end = this.#outcome ?? died;
    this.#said(end);
    const { pid } = this.#process.child;
    if (pid !== undefined) {
      await endGroup(pid, this.#started);
      this.#guard.remove(-pid);
    }
    return end;
  }
}
