/** Runs that are started or resumed here, each by its command, as a child that ends with the server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError, type OrphanGuard, packageFile, parsePathspec } from '@nx-flow/core/ui';
import type { WorkRequest } from '../../api/routes';
import { requireFile } from '../flows/files';
import { commandFolder } from '../params-file';
import type { Reader } from '../read/reader';
import { busy, notUnderstood } from '../replies';

/** How often is looked whether a run has its number, and how long it may take to end in order. Milliseconds. */
const [LOOK_MS, END_MS] = [40, 10_000];
/** How long a run that has its number may take until it can be read. Milliseconds. */
const READ_MS = 5_000;
/** How many runs go on at once. */
const AT_ONCE = 12;

export interface WorksPlace {
  workspace: string;
  /** The folder of the store. */
  store: string;
  env: boolean;
  /** Where runs are recorded. Undefined means that of the user. */
  namespace: string | undefined;
  guard: OrphanGuard;
  reader: Reader;
}

interface Work {
  child: ChildProcess;
  ended: Promise<void>;
}

export class Works {
  readonly #place: WorksPlace;
  readonly #works = new Map<string, Work>();
  readonly #alive = new Set<Work>();

  constructor(place: WorksPlace) {
    this.#place = place;
  }

  /**
   * Resolves with the run's pathspec as soon as the run can be read.
   * @param signal of the request: a run that has no number when whoever asked has gone is ended, since nobody could do that later
   * @throws FlowError what the command refuses, FLOW_UI_BUSY
   */
  async start(request: WorkRequest, signal: AbortSignal): Promise<string> {
    const { flow, argv, params } = commandOf(request);
    if (this.#alive.size >= AT_ONCE) throw busy('runs', AT_ONCE);
    const file = await requireFile(this.#place, flow);
    const given = commandFolder(params);
    const idFile = join(given.folder, 'run-id');
    const { workspace, store, env, namespace, guard } = this.#place;
    const child = spawn(
      process.execPath,
      [
        packageFile('bin/nx-flow.js'),
        ...argv(file),
        ...given.argv,
        ...[
          '--json',
          `--store=${store}`,
          `--run-id-file=${idFile}`,
          ...(env ? [] : ['--no-env']),
          ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
        ],
      ],
      {
        cwd: workspace,
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      },
    );
    let printed = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-100_000);
    });
    const work: Work = {
      child,
      ended: new Promise((resolve) => {
        const over = () => {
          given.remove();
          if (child.pid !== undefined) guard.remove(-child.pid);
          this.#alive.delete(work);
          resolve();
        };
        child.once('close', over).once('error', over);
      }),
    };
    this.#alive.add(work);
    if (child.pid !== undefined) guard.add(-child.pid);
    const leave = () => void end(work);
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    const number = await numberIn(idFile, work.ended);
    signal.removeEventListener('abort', leave);
    const name = number === undefined ? runIn(printed) : `${flow}/${number}`;
    this.#works.set(name, work);
    void work.ended.then(() => this.#works.delete(name));
    await this.#readable(name);
    return name;
  }

  /** A run has its number before the store has the run. */
  async #readable(run: string): Promise<void> {
    for (const last = Date.now() + READ_MS; Date.now() < last; ) {
      const isThere = await this.#place.reader
        .client()
        .run(run)
        .then(
          () => true,
          () => false,
        );
      if (isThere) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Whether a run was started here, and goes on. */
  has(run: string): boolean {
    return this.#works.has(run);
  }

  /** Asks it to end in order, as Ctrl-C does. @throws FlowError FLOW_RUN_NOT_FOUND */
  stop(run: string): void {
    const work = this.#works.get(run);
    if (!work)
      throw new FlowError(
        'FLOW_RUN_NOT_FOUND',
        `${run} was not started from this page, or has ended: it cannot be ended here.`,
      );
    work.child.kill('SIGINT');
  }

  /** Resolves when none of them is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#alive].map(end));
  }
}

/** In order, or else by force. */
async function end({ child, ended }: Work): Promise<void> {
  child.kill('SIGINT');
  const forced = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(forced);
}

/** @throws FlowError FLOW_UI_REQUEST, FLOW_PATHSPEC */
function commandOf(request: WorkRequest) {
  if ('run' in request) {
    const { flow, params, tags = [] } = request.run;
    return { flow, params, argv: (file: string) => ['run', file, ...tags.map((tag) => `--tag=${tag}`)] };
  }
  const { run, step, params } = request.resume;
  const { flow, run: number, step: inRun } = parsePathspec(run);
  if (flow === undefined || number === undefined || inRun !== undefined)
    throw notUnderstood(`"${run}" names no run: that looks like movies/12.`);
  const from = step === undefined ? String(number) : `${number}/${step}`;
  return { flow, params, argv: (file: string) => ['resume', file, from] };
}

/** Undefined where it has ended before. */
async function numberIn(file: string, ended: Promise<void>): Promise<string | undefined> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text !== '') return text.trim();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return undefined;
}

/** What the command came to, on its last line. @throws FlowError what it refused */
function runIn(printed: string): string {
  const line = printed.trimEnd().split('\n').at(-1) ?? '';
  try {
    const { pathspec, error } = JSON.parse(line) as {
      pathspec?: string;
      error?: { code?: string; message: string };
    };
    if (pathspec !== undefined) return pathspec;
    if (error) throw new FlowError(error.code ?? 'FLOW_INTERNAL', error.message);
  } catch (error) {
    if (error instanceof FlowError) throw error;
  }
  throw new FlowError('FLOW_WORKER_DIED', 'The command of the run ended before it had a number.');
}
