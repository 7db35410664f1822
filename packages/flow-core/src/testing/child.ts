/** A Runner's child process: imports the flow, does what it is asked for once, answers, and ends. */
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { isFlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { ProcessPool } from '../engine/pool/process-pool';
import { captureOutput, type Heard } from '../engine/process/capture-output';
import type { KeptSpin } from '../engine/spin/kept';
import { Decoder } from '../engine/task/decoder';
import { toRecord } from '../engine/task/error-record';
import { findWorkspace } from '../environment/workspace';
import { loadFlow } from '../source/load';
import { decodeArtifact, encodeArtifact } from '../store/artifacts';
import { FileCas } from '../store/cas';
import { memoryStore, openStore } from '../store/open';
import type { Store } from '../store/store';
import { runWhole, spinStep } from './engine';
import { type FromChild, type ToChild, unpackFiles } from './protocol';

process.on('disconnect', () => process.exit(0));
process.once('message', async (message: ToChild) => {
  const reply = await answer(message).catch(refusal);
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
  );
  process.send?.(reply, () => process.exit(0));
});

async function answer(message: ToChild): Promise<FromChild> {
  const workspace = findWorkspace(dirname(message.file));
  process.chdir(workspace);
  return message.type === 'spin' ? answerSpin(message) : answerRun(message, workspace);
}

async function answerSpin(message: ToChild & { type: 'spin' }): Promise<FromChild> {
  const { file, request, artifacts } = message;
  const graph = await graphOfStep(await loadFlow(file), request.step, file);
  const values = new FileCas(message.values);
  const given = unpackFiles(decodeArtifact(artifacts.record, values));
  const store = message.store === undefined ? memoryStore() : openStore(message.store);
  let spins: Store | undefined;
  let kept: KeptSpin | undefined;
  const write = {
    stdout: process.stdout.write.bind(process.stdout),
    stderr: process.stderr.write.bind(process.stderr),
  };
  const heard: Heard = (stream, text) => {
    write[stream](text);
    kept?.log(1, stream, text);
  };
  const restore = request.persist ? captureOutput(heard) : () => {};
  try {
    const outcome = await spinStep(
      graph,
      store,
      {
        ...request,
        given: artifacts.alone ? {} : (given as Record<string, unknown>),
        alone: artifacts.alone ? { artifacts: given } : undefined,
      },
      {
        log: (stream, text) => process[stream].write(text),
        lenient: false,
        spins: () => {
          spins ??= openStore(message.spins);
          return spins;
        },
        began: (begun) => {
          kept = begun;
        },
      },
    );
    const { decode } = new Decoder(store.cas, graph.codecs);
    const { step, error, durationMs, origin, index, hints } = outcome;
    const reply: FromChild = {
      ...{ type: 'spun', step, error, durationMs, origin, index, hints },
      kept: outcome.kept,
      artifacts: [],
    };
    for (const { name, change, value, reference } of outcome.artifacts) {
      if (change === 'gone') continue;
      const encoded = await encodeArtifact(name, reference ? decode(reference) : value, values, graph.codecs);
      reply.artifacts.push([name, encoded]);
    }
    return reply;
  } finally {
    restore();
    await spins?.close();
    await store.close();
  }
}

/** With the step's own packages, where it has any. */
async function graphOfStep(graph: Graph, step: string, file: string): Promise<Graph> {
  if (graph.steps.get(step)?.options.packages === undefined) return graph;
  const { graphWithPackages } = await import('../engine/pool/packages');
  return graphWithPackages(graph, step, { file, workspace: process.cwd() });
}

async function answerRun(message: ToChild & { type: 'run' }, workspace: string): Promise<FromChild> {
  const { file, request } = message;
  const folder = message.store as string;
  const graph = await loadFlow(file);
  const store = openStore(folder);
  const max = availableParallelism();
  const pool = new ProcessPool({ file, flow: graph.flow, cas: join(folder, 'cas'), max });
  try {
    const outcome = await runWhole(graph, store, request, {
      workers: max,
      file: relative(workspace, file),
      pool: (host) => pool.attach(host),
    });
    const { run, durationMs, tasks, error } = outcome;
    const status = outcome.status === 'done' ? 'done' : 'failed';
    const codecs = graph.codecs !== undefined;
    return { type: 'ran', flow: graph.flow, run, status, durationMs, tasks, error, codecs };
  } finally {
    await pool.close();
    await store.close();
  }
}

function refusal(error: unknown): FromChild {
  const known = isFlowError(error);
  return {
    type: 'refused',
    error: toRecord(error),
    exit: known ? error.exit : 1,
    problems: known ? error.problems : [],
  };
}
