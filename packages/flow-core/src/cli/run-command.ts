/** What `run` and `resume` have in common: workers, the record, the renderer, the result. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { FlowError, suggest } from '../definition/errors';
import type { Graph } from '../definition/graph';
import type { Parameters } from '../definition/params';
import { ProcessPool } from '../engine/pool/process-pool';
import { recordCode } from '../engine/record/code';
import { gitState } from '../engine/record/git';
import type { Takeover } from '../engine/resume/takeover';
import { runFlow } from '../engine/run/run';
import { currentUser, EVERYBODY, ownNamespace } from '../environment/user';
import { findPlaceFile, loadPlaceFlow } from '../session/place';
import type { Store } from '../store/store';
import { openPlaceStore, placeOf } from './arguments';
import type { Context } from './command';
import { forAllSteps } from './given';
import { type RunRenderer, runRenderer } from './render/run';

export interface Prepared {
  params: Parameters;
  takeover?: Takeover;
}

/** Gives the exit code. `prepare` reads what the command has of its own; `finished` tells what it has to say. */
export async function executeRun(
  context: Context,
  prepare: (graph: Graph, store: Store) => Promise<Prepared>,
  finished: (prepared: Prepared, renderer: RunRenderer) => void = () => {},
): Promise<number> {
  const { output, options, signal } = context;
  const place = placeOf(context);
  const store = await openPlaceStore(place, context);
  const workers = (options['max-workers'] as number | undefined) ?? availableParallelism();
  let pool: ProcessPool | undefined;
  try {
    const file = await findPlaceFile(place, context);
    process.chdir(place.workspace);
    // The first worker imports the flow while this process does.
    const given = (options.with as string[] | undefined) ?? [];
    const withGiven = await forAllSteps(context);
    const cas = join(place.store, 'cas');
    pool = new ProcessPool({ file, flow: place.flow, cas, max: workers, with: given }).warm();
    const graph = withGiven(await loadPlaceFlow(place, file));
    const until = options.until as string | undefined;
    if (until !== undefined) requireKnownStep(graph, until);
    const prepared = await prepare(graph, store);
    const renderer = runRenderer(graph, output, place.workspace);
    let run = 0;
    let code: Promise<void> | undefined;
    let reached = until === undefined;
    const fingerprint = () => recordCode(store, { flow: graph.flow, run, file, root: place.workspace });
    const outcome = await runFlow({
      ...prepared,
      graph,
      store,
      user: currentUser(),
      namespace: recordedNamespace(context, prepared),
      tags: (options.tag as string[] | undefined) ?? [],
      cwd: place.workspace,
      emit(event) {
        renderer.emit(event);
        if ((event.type === 'tasks-planned' || event.type === 'tasks-taken') && event.step === until)
          reached = true;
        if (event.type === 'run-started') run = runNumber(event.pathspec);
        // Not before: the first task shall not wait for it, nor share the processor with it.
        if (event.type === 'task-started') code ??= new Promise(setImmediate).then(fingerprint);
      },
      workers,
      bail: options.bail === true,
      ...(given.length > 0 ? { with: given } : {}),
      ...(until === undefined ? {} : { until }),
      signal,
      file: relative(place.workspace, file),
      code: createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
      git: gitState(place.workspace),
      pool: (host) => (pool as ProcessPool).attach(host),
    });
    await (code ?? fingerprint());
    finished(prepared, renderer);
    if (!reached && outcome.status !== 'failed') {
      renderer.emit({
        type: 'notice',
        message: `${until} was not reached: a switch before it took another case`,
      });
    }
    renderer.end(outcome);
    const { pathspec, status, durationMs, tasks, error } = outcome;
    output.result({
      pathspec,
      status,
      durationMs: Math.round(durationMs),
      tasks,
      ...(error ? { error: { name: error.name, message: error.message, code: error.code } } : {}),
    });
    return status === 'failed' ? 1 : 0;
  } finally {
    await pool?.close();
    await store.close();
  }
}

/** What resumes a run of everybody's is one's own. A run looks nothing up: there, `everybody` is refused later. */
function recordedNamespace({ options }: Context, { takeover }: Prepared): string {
  const given = options.namespace as string | undefined;
  return given === undefined || (given === EVERYBODY && takeover) ? ownNamespace() : given;
}

function runNumber(pathspec: string): number {
  return Number(pathspec.slice(pathspec.lastIndexOf('/') + 1));
}

/** @throws FlowError FLOW_STEP_NOT_FOUND */
export function requireKnownStep(graph: Graph, step: string): void {
  if (graph.steps.has(step)) return;
  const near = suggest(step, graph.steps.keys());
  throw new FlowError('FLOW_STEP_NOT_FOUND', `There is no step "${step}" in ${graph.flow}. ${near}`);
}
