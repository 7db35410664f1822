/** A Runner's child process: imports the flow, executes one request, answers, and ends. */
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { type FlowError, isFlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { withoutOptions } from '../definition/without';
import type { PoolHost } from '../engine/pool/pool';
import { ProcessPool } from '../engine/pool/process-pool';
import { toRecord } from '../engine/task/error-record';
import { findWorkspace } from '../environment/workspace';
import { channelToParent } from '../process/channel';
import { exit, exitNow } from '../process/ending';
import { executeRun } from '../session/run';
import { spinStep } from '../session/spin';
import { watchImports } from '../source/import-watch';
import { loadFlow } from '../source/load';
import { FileCas } from '../store/cas/cas';
import { memoryStore, openStore } from '../store/open';
import type { Store } from '../store/store';
import { Artifacts, decodeArtifact, encodeArtifact } from '../store/values/artifacts';
import { type FromChild, type ImportDone, type Leaving, type ToChild, unpackFiles } from './protocol';
import { runRequest, sessionOf, spinRequest } from './sessions';

let asked = false;

const channel = channelToParent<ToChild, FromChild | ImportDone | Leaving>({
  message(message) {
    if (asked) return;
    asked = true;
    void reply(message);
  },
  closed: () => exitNow(1),
});

async function reply(message: ToChild): Promise<void> {
  // What waits for what never comes is noticed when nothing else keeps the process alive.
  channel.hold(false);
  const timeoutMs = message.importTimeoutMs;
  // What the flow's file does after its import, before a step begins.
  const late = new Promise<never>((_, reject) => watchImports({ timeoutMs, late: reject }));
  const answered = await Promise.race([late, answer(message)]).catch(refusal);
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
  );
  channel.send(answered, () => exit(0));
}

async function answer(message: ToChild): Promise<FromChild> {
  const workspace = findWorkspace(dirname(message.file));
  process.chdir(workspace);
  return message.type === 'spin' ? answerSpin(message) : answerRun(message, workspace);
}

async function answerSpin(message: ToChild & { type: 'spin' }): Promise<FromChild> {
  const { file, request, artifacts } = message;
  const graph = withoutOptions(await imported(file), request.without);
  const values = new FileCas(message.values);
  const given = unpackFiles(decodeArtifact(artifacts.record, values));
  const store = message.store === undefined ? memoryStore() : openStore(message.store);
  let spins: Store | undefined;
  const write = {
    stdout: process.stdout.write.bind(process.stdout),
    stderr: process.stderr.write.bind(process.stderr),
  };
  const session = sessionOf(graph, store, { file, workspace: process.cwd() }, (event) => {
    if (event.type === 'task-log') write[event.stream](event.text);
  });
  try {
    const asked = {
      ...request,
      given: artifacts.alone ? {} : (given as Record<string, unknown>),
      alone: artifacts.alone ? { artifacts: given } : undefined,
    };
    const openSpins = () => {
      spins ??= openStore(message.spins);
      return spins;
    };
    const asking = await spinRequest(session, asked, openSpins);
    const leaves = ({ stack }: FlowError) => {
      if (stack !== undefined) channel.send({ type: 'leaving', stack });
    };
    const { outcome } = await spinStep(session, { ...asking, processOwner: 'step', leaves });
    const { decode } = new Artifacts(store.cas, graph.codecs);
    const { step, error, durationMs, origin, index, hints } = outcome;
    const reply: FromChild = {
      ...{ type: 'spun', step, error, durationMs, origin, index, hints },
      persisted: outcome.persisted,
      cards: outcome.cards ?? [],
      artifacts: [],
    };
    for (const { name, change, value, reference } of outcome.artifacts) {
      if (change === 'gone') continue;
      const encoded = await encodeArtifact(name, reference ? decode(reference) : value, values, graph.codecs);
      reply.artifacts.push([name, encoded]);
    }
    return reply;
  } finally {
    await spins?.close();
    await store.close();
  }
}

async function answerRun(message: ToChild & { type: 'run' }, workspace: string): Promise<FromChild> {
  const { file, request } = message;
  const folder = message.store as string;
  const graph = await imported(file);
  const store = openStore(folder);
  const max = availableParallelism();
  const pool = new ProcessPool({ file, flow: graph.flow, cas: join(folder, 'cas'), max });
  const session = sessionOf(graph, store, { file, workspace });
  try {
    const how = { workers: max, pool: (host: PoolHost) => pool.attach(host) };
    const outcome = await executeRun(session, await runRequest(session, request, how));
    const { run, durationMs, tasks, error } = outcome;
    const status = outcome.status === 'done' ? 'done' : 'failed';
    const codecs = graph.codecs !== undefined;
    return { type: 'ran', flow: graph.flow, run, status, durationMs, tasks, error, codecs };
  } finally {
    await pool.close();
    await store.close();
  }
}

async function imported(file: string): Promise<Graph> {
  const graph = await loadFlow(file);
  channel.send({ type: 'imported' });
  return graph;
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
