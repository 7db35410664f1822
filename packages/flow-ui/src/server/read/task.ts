/** One task: what it was executed on, what it returned, how it went. */
import type { ArtifactView, Run, StoreClient, Task } from '@nx-flow/core/ui';
import type { ArtifactEntry, AttemptEntry, TaskReply } from '../../api/routes';
import type { Here } from '../here';
import { artifactEntry } from './artifacts';
import type { Commands } from './commands';
import { flowFile } from './flow-file';
import { itemOf } from './item';
import { sharedOfStep } from './shared-cards';
import { sourceOf } from './source';

/** Tasks before and after it that are named, and artifacts that are listed. */
const [NAMED, LISTED] = [100, 500];
/** Inputs whose artifacts are listed: a join may have thousands. */
const INPUTS = 3;

export async function taskReply(
  here: Here,
  commands: Commands,
  run: Run<unknown>,
  task: Task<unknown>,
): Promise<TaskReply> {
  const { error, status } = task;
  const [after, shown] = [await childrenOf(task), await artifactsOf(task)];
  const source = error && !run.imported ? sourceOf(error, here.workspace) : undefined;
  const file = here.isSpinStore ? undefined : await flowFile(here, run.flow);
  const shared = (await sharedOfStep(run, task.step, here.cards)).map(({ step: _, ...card }) => ({
    ...card,
    attempt: 0,
  }));
  return {
    pathspec: task.pathspec,
    ...{ flow: run.flow, run: run.number, step: task.step, task: task.number, kind: task.kind },
    status: status === 'running' || status === 'done' ? status : 'failed',
    caught: task.caught,
    startedAt: task.startedAt.getTime(),
    ...(task.durationMs === undefined ? {} : { durationMs: task.durationMs }),
    index: task.index,
    ...(task.iteration === undefined ? {} : { iteration: task.iteration }),
    ...(task.case === undefined ? {} : { case: task.case }),
    ...(task.originPathspec === undefined ? {} : { origin: task.originPathspec }),
    attempts: attemptsOf(task),
    ...(error ? { error } : {}),
    ...(source ? { source } : {}),
    inputs: [...(await itemOf(here.client(), run, task)), ...(await inputsOf(here.client(), run, task))],
    outputs: shown.filter((one) => isOwn(task, one)).map(artifactEntry),
    params: await paramsOf(run, task),
    cards: withLive(here, task, await cardsOf(task)),
    ...(shared.length > 0 ? { shared } : {}),
    parents: task.parentPathspecs.slice(0, NAMED),
    children: after.children,
    childrenOf: after.of,
    commands: here.isSpinStore ? [] : commands.ofTask(task),
    spin: file !== undefined,
  };
}

/** What it returned, and not what it passes on. In a join and a gather, that counts as returned. */
function isOwn(task: Task<unknown>, { pathspec }: ArtifactView): boolean {
  if (task.kind === 'join' || task.kind === 'gather') return true;
  return [task.pathspec, task.originPathspec].some(
    (own) => own !== undefined && pathspec.startsWith(`${own}/`),
  );
}

async function artifactsOf(task: Task<unknown>): Promise<ArtifactView[]> {
  const found: ArtifactView[] = [];
  for await (const artifact of task) if (found.push(artifact) === LISTED) break;
  return found;
}

/** A join may have thousands of parents. Those of a kept spin are in another store. */
async function inputsOf(
  client: StoreClient,
  run: Run<unknown>,
  task: Task<unknown>,
): Promise<ArtifactEntry[]> {
  if (run.spunFrom) return [];
  const entries: ArtifactEntry[] = [];
  for (const pathspec of task.parentPathspecs.slice(0, INPUTS))
    entries.push(...(await artifactsOf(await client.task(pathspec))).map(artifactEntry));
  return entries.slice(0, LISTED);
}

async function paramsOf(run: Run<unknown>, { params }: Task<unknown>): Promise<ArtifactEntry[]> {
  if (params.length === 0) return [];
  const all = await run.paramArtifacts();
  return all.filter(({ name }) => params.includes(name)).map(artifactEntry);
}

/** The first ones, and how many there are. A foreach says how many it has. */
async function childrenOf(task: Task<unknown>): Promise<{ children: string[]; of: number }> {
  const children: string[] = [];
  for await (const { pathspec, kind, stack } of task.children()) {
    children.push(pathspec);
    if (children.length === NAMED)
      return { children, of: kind === 'foreach' ? (stack.at(-1)?.count ?? NAMED) : NAMED };
  }
  return { children, of: children.length };
}

function attemptsOf(task: Task<unknown>): AttemptEntry[] {
  const before = task.attempts.map(
    ({ startedAt, durationMs, error }, attempt): AttemptEntry => ({
      attempt,
      startedAt,
      durationMs,
      status: 'failed',
      error,
    }),
  );
  const { status, attempt, error } = task;
  const last: AttemptEntry = {
    attempt,
    startedAt: task.startedAt.getTime(),
    ...(task.durationMs === undefined ? {} : { durationMs: task.durationMs }),
    status: status === 'running' ? 'running' : error ? 'failed' : status === 'done' ? 'done' : 'failed',
    ...(error ? { error } : {}),
  };
  return [...before, last];
}

async function cardsOf(task: Task<unknown>): Promise<TaskReply['cards']> {
  const attempts = [...new Set([task.attempt, ...task.attempts.map((_, i) => i)])];
  const recorded = await Promise.all(
    attempts.map(async (attempt) =>
      (await task.cards(attempt)).map(({ id, title, bytes }) => ({
        id,
        ...(title === undefined ? {} : { title }),
        attempt,
        bytes,
      })),
    ),
  );
  return recorded.flat();
}

/** And those that are not recorded yet. */
function withLive(
  { cards }: Here,
  { pathspec }: Task<unknown>,
  recorded: TaskReply['cards'],
): TaskReply['cards'] {
  const live = cards
    .of(pathspec)
    .filter(({ id, attempt }) => !recorded.some((one) => one.id === id && one.attempt === attempt))
    .map(({ id, attempt, document: { title } }) => ({
      id,
      ...(title === undefined ? {} : { title }),
      attempt,
      bytes: 0,
    }));
  return [...recorded, ...live];
}
