/** What a frame was asked to show. */
import {
  FlowError,
  isFlowError,
  isLater,
  type RenderedCard,
  renderBlocks,
  renderCard,
  rendered,
  type Task,
} from '@nx-flow/core/ui';
import type { FrameRequest } from '../../api/routes';
import type { Here } from '../here';
import { notUnderstood } from '../replies';
import type { FoundCard } from './framed';

/** Bytes of a value that is read as a whole. */
const LARGEST = 64 * 1024 * 1024;

type Path = readonly (string | number)[];

/** @throws FlowError FLOW_CARD_NOT_FOUND, FLOW_ARTIFACT_NOT_FOUND, FLOW_UI_REQUEST, and for runs and tasks that are not there */
export async function findCard(here: Here, request: FrameRequest, signal: AbortSignal): Promise<FoundCard> {
  const { card, value } = readFrameRequest(request);
  const shown = async (artifact: Artifact, path: Path) => ({
    html: (await valueCard(here, artifact, path, signal)).html,
  });
  if (card && 'spin' in card) return here.spins.card(Number(card.spin), String(card.id));
  if (card && 'step' in card) return cardOfStep(here, String(card.step), String(card.id));
  if (card) return cardOfTask(here, String(card.task), String(card.id), attemptOf(card.attempt));
  if (value && 'spin' in value)
    return here.spins.value(Number(value.spin), String(value.name), pathOf(value.path));
  if (value && 'inputs' in value) {
    const place = here.inputs.placeOf(value.inputs, String(value.name));
    return shown(place, [...place.path, ...pathOf(value.path)]);
  }
  if (value) return shown({ task: String(value.task), name: String(value.name) }, pathOf(value.path));
  throw notUnderstood('A frame shows a card or a value: { "card": … } or { "value": … }.');
}

interface Asked {
  card?: Extract<FrameRequest, { card: unknown }>['card'];
  value?: Extract<FrameRequest, { value: unknown }>['value'];
}

function readFrameRequest(request: unknown): Asked {
  if (typeof request !== 'object' || request === null) return {};
  const { card, value } = request as Asked;
  const isObject = (one: unknown) => typeof one === 'object' && one !== null;
  return { ...(isObject(card) ? { card } : {}), ...(isObject(value) ? { value } : {}) } as Asked;
}

function pathOf(path: unknown): Path {
  if (path === undefined) return [];
  if (Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number'))
    return path;
  throw notUnderstood('A path is a list of names and numbers, as in ["rows", 0].');
}

function attemptOf(attempt: unknown): number | undefined {
  if (attempt === undefined || (Number.isSafeInteger(attempt) && (attempt as number) >= 0))
    return attempt as number | undefined;
  throw notUnderstood('An attempt is a whole number from 0.');
}

async function cardOfTask(
  here: Here,
  pathspec: string,
  id: string,
  wanted: number | undefined,
): Promise<FoundCard> {
  const live = liveCard(here, pathspec, wanted ?? 0, id);
  const task = await here
    .client()
    .task(pathspec)
    .catch((error) => {
      // The store has no task yet that has begun a moment ago.
      if (!live) throw error;
    });
  if (!task) return live as FoundCard;
  const attempt = wanted ?? task.attempt;
  const card = (await task.cards(attempt)).find((one) => one.id === id);
  if (card) return { html: card.html(), imported: card.imported };
  const document = here.cards.find(pathspec, attempt, id);
  if (document && task.status !== 'running') return { html: renderCard(document) };
  if (live) return live;
  throw new FlowError('FLOW_CARD_NOT_FOUND', `${pathspec} has no card "${id}" of attempt ${attempt}.`);
}

/** What all its tasks show together. */
async function cardOfStep(here: Here, pathspec: string, id: string): Promise<FoundCard> {
  const step = await here.client().step(pathspec);
  // What is recorded grows while the run goes on.
  const live = step.run.status === 'running' ? liveCard(here, pathspec, 0, id) : undefined;
  if (live) return live;
  const cards = await step.cards();
  const card = cards.find((one) => one.id === id);
  if (card) return { html: card.html(), imported: card.imported };
  throw new FlowError('FLOW_CARD_NOT_FOUND', `The tasks of ${pathspec} have no card "${id}" together.`);
}

function liveCard({ cards }: Here, of: string, attempt: number, id: string): FoundCard | undefined {
  const live = cards.find(of, attempt, id);
  if (!live) return undefined;
  const { policy } = renderBlocks(live, { live: {} });
  return { html: renderCard(live, { live: {} }), policy };
}

interface Artifact {
  /** That stored or shows it. */
  task: string;
  name: string;
}

async function valueCard(
  here: Here,
  { task, name }: Artifact,
  path: Path,
  signal: AbortSignal,
): Promise<RenderedCard> {
  const artifact = await artifactOf(here, task, name);
  const { type, size, pathspec } = artifact;
  const about = { name, type, size };
  if (size > LARGEST)
    return rendered(
      `It has ${Math.round(size / 1e6).toLocaleString('en')} MB, and values of at most ${LARGEST / 1024 / 1024} MB are shown.`,
      about,
    );
  try {
    const value = artifact.value();
    return rendered(isLater(value) ? await value.value() : value, about, path);
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'FLOW_CODEC_UNKNOWN') throw error;
    const [flow = '', run, step = '', number] = pathspec.split('/');
    const at = { run: Number(run), step, task: Number(number), name };
    return here.questions.ask(flow, { ask: 'value', at, path }, signal);
  }
}

/** Parameters are those of the pseudo task `params/0`. */
async function artifactOf(here: Here, pathspec: string, name: string) {
  const [, run] = /^([^/]+\/\d+)\/params\/0$/.exec(pathspec) ?? [];
  if (run === undefined) {
    const task: Task<unknown> = await here.client().task(pathspec);
    return task.artifact(name);
  }
  const found = (await (await here.client().run(run)).paramArtifacts()).find((one) => one.name === name);
  if (found) return found;
  throw new FlowError('FLOW_ARTIFACT_NOT_FOUND', `${run} has no parameter "${name}".`);
}
