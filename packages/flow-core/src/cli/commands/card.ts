/** nx-flow card: what a task showed, as an HTML file. */
import { join, relative, resolve } from 'node:path';
import { FlowError, suggest } from '../../definition/errors';
import { OWN_CARD } from '../../definition/step-cards';
import { sharedCards } from '../../engine/cards/shared-cards';
import { cardsOfRun, cardsOfTask, requireAllCards } from '../../engine/record/read-cards';
import { cardsFolder } from '../../environment/output-folders';
import { writeCardFile } from '../../session/origin-card';
import type { Card } from '../../store/rows/cards';
import type { RunRow } from '../../store/rows/rows';
import type { Command, Context } from '../command';
import type { CardJson } from '../json/shapes';
import { noteLost, requireRunStep, runOf, taskOf } from '../lookup';
import { SPIN_STORE } from '../options';
import { type Recorded, reading } from '../reading';
import { size, table } from '../render/table';

/** How many tasks with cards a sentence names. */
const NAMED = 5;

export const command: Command = {
  spec: {
    name: 'card',
    help: 'Write a card to a file: what a task showed, or all tasks of a step together',
    positionals: ['<flow>', '[run | run/step | run/step/task]'],
    options: {
      ...SPIN_STORE,
      id: { type: 'string', value: 'id', help: 'Another card of the task or the step than its first one' },
      attempt: { type: 'number', least: 0, help: 'Of an attempt that failed before the last one, from 0' },
      out: { type: 'string', value: 'file', help: 'The file; default one below .flow/cards' },
      open: { type: 'boolean', help: 'Open it in the browser' },
      list: { type: 'boolean', help: 'List the cards of the run, the step or the task; no file is written' },
    },
    families: [],
    examples: ['nx-flow card movies 12/train/3 --open', 'nx-flow card movies 12 --list'],
  },

  execute(context) {
    return reading(context, 1, async (recorded) => {
      const run = await runOf(recorded, recorded.spec);
      await noteLost(recorded.store, run, context.output);
      if (context.options.list === true) await list(context, recorded, run);
      else await show(context, recorded, run);
    });
  },
};

async function list({ output, options }: Context, recorded: Recorded, run: RunRow): Promise<void> {
  for (const name of ['id', 'attempt', 'out', 'open'])
    if (options[name] !== undefined)
      throw new FlowError('FLOW_USAGE', `--list shows all cards: leave out --${name}.`);
  const cards: CardJson[] = [];
  for await (const card of cardsIn(recorded, run)) cards.push(cardJson(run, card));
  const { colors } = output;
  const again = new Set(cards.flatMap(({ pathspec, attempt }) => (attempt > 0 ? [pathspec] : [])));
  if (cards.length === 0) output.write(`${colors.dim('No task of it showed anything.')}\n`);
  else {
    const rows = cards.map((card) => [
      `${card.pathspec}${again.has(card.pathspec) ? ` attempt ${card.attempt}` : ''}`,
      card.id,
      size(card.bytes),
      card.title ?? '',
    ]);
    const columns = [
      { head: 'Task' },
      { head: 'Card' },
      { head: 'Size', align: 'right' as const },
      { head: 'Title', shrink: true },
    ];
    output.write(table(columns, rows, output.columns, colors.dim));
  }
  output.result({ cards });
}

async function* cardsIn(recorded: Recorded, run: RunRow): AsyncGenerator<Card, void, undefined> {
  const { store, spec } = recorded;
  if (spec.step !== undefined) requireRunStep(run, spec.step);
  if (spec.task === undefined) yield* togetherIn(recorded, run);
  if (spec.step === undefined || spec.task === undefined) yield* cardsOfRun(store, run, spec.step);
  else yield* await cardsOfTask(store, run, (await taskOf(store, run, { ...spec, step: spec.step })).row);
}

/** Those that the tasks of a step have together stand at no task: at 0. */
async function* togetherIn({ store, spec }: Recorded, run: RunRow): AsyncGenerator<Card, void, undefined> {
  const steps = spec.step === undefined ? run.steps.map(({ name }) => name) : [spec.step];
  for (const step of steps)
    for (const card of await sharedCards(store, run, step)) yield { step, task: 0, attempt: 0, ...card };
}

async function show(context: Context, recorded: Recorded, run: RunRow): Promise<void> {
  const { output, options, cwd } = context;
  const card = await chosen(recorded, run, await cardsAsked(recorded, run, options), options);
  const { flow, place } = recorded;
  const at = [run.run, card.step, ...(card.task === 0 ? [] : [card.task])].join('-');
  const name = `${options.spin === true ? 'spin-' : ''}${at}${options.attempt === undefined ? '' : `-attempt-${card.attempt}`}-${card.id}.html`;
  const file =
    typeof options.out === 'string'
      ? resolve(cwd, options.out)
      : join(cardsFolder(place.workspace), flow, name);
  const { toOpen } = await import('../../engine/cards/framed');
  const task = card.task === 0 ? undefined : card.task;
  writeCard(file, (await toOpen(card, recorded.store, run, card.step, task)).html);
  const shown = relative(cwd, file);
  const { openFile } = options.open === true ? await import('../open-file') : { openFile: undefined };
  const isOpen = (await openFile?.(file)) ?? false;
  const json = cardJson(run, card, file);
  const where = shown.startsWith('..') ? file : shown;
  const note = options.open === true && !isOpen ? output.colors.dim('  no browser was found: open it') : '';
  output.write(`${output.colors.bold(json.pathspec)} ${card.id}  ${where}${note}\n`);
  output.result({ cards: [json] });
}

/** The cards of the task that was named, or of the only one that has some. @throws FlowError FLOW_CARD_NOT_FOUND */
async function cardsAsked(recorded: Recorded, run: RunRow, options: Context['options']): Promise<Card[]> {
  const { spec } = recorded;
  const found: Card[] = [];
  const { step, task } = spec;
  for await (const card of cardsIn(recorded, run)) {
    // What the tasks of a step have together comes before what each of them has.
    if (step !== undefined && found[0]?.task === 0 && card.task !== 0) {
      if (found.some(({ id }) => options.id === undefined || id === options.id)) break;
      found.length = 0;
    }
    found.push(card);
    if (namesOf(run, found).length > NAMED) break;
  }
  const asked = [`${run.flow}/${run.run}`, step, task].filter((part) => part !== undefined).join('/');
  if (found.length === 0) throw await noCard(recorded, run, asked);
  const tasks = namesOf(run, found);
  if (tasks.length > 1) {
    const message = `Several tasks of ${asked} have a card: ${listed(tasks)}. Name one, or list them by --list.`;
    throw new FlowError('FLOW_CARD_NOT_FOUND', message);
  }
  return found;
}

/** @throws FlowError FLOW_CARD_NOT_FOUND, FLOW_STORE_CORRUPT */
async function chosen(
  recorded: Recorded,
  run: RunRow,
  cards: Card[],
  { id, attempt }: Context['options'],
): Promise<Card> {
  const task = namesOf(run, cards)[0];
  const attempts = [...new Set(cards.map((card) => card.attempt))];
  const wanted = attempt ?? Math.max(...attempts);
  const some = cards.filter((card) => card.attempt === wanted);
  if (some.length === 0) {
    const message = `Attempt ${wanted} of ${task} has no card. These have: ${attempts.join(', ')}.`;
    throw await notThere(recorded, run, cards[0], message);
  }
  const own = some.find((card) => card.id === OWN_CARD) ?? some[0];
  const found = id === undefined ? own : some.find((card) => card.id === id);
  if (found) return found;
  const ids = some.map((card) => card.id);
  throw await notThere(recorded, run, cards[0], `${task} has no card "${id}". ${suggest(id as string, ids)}`);
}

/** The error for a card that is not there. @throws FlowError FLOW_STORE_CORRUPT where the store has lost some of its step */
async function notThere(
  { store }: Recorded,
  run: RunRow,
  { step, task }: { step?: string; task?: number } = {},
  message: string,
): Promise<FlowError> {
  if (step !== undefined && task)
    await requireAllCards(store, run, (await taskOf(store, run, { step, task })).row);
  return new FlowError('FLOW_CARD_NOT_FOUND', message);
}

async function noCard(recorded: Recorded, run: RunRow, asked: string): Promise<FlowError> {
  const others: Card[] = [];
  for await (const card of cardsIn({ ...recorded, spec: {} as Recorded['spec'] }, run)) {
    others.push({ ...card, html: '' });
    if (namesOf(run, others).length > NAMED) break;
  }
  const help =
    others.length > 0
      ? `These tasks have one: ${listed(namesOf(run, others))}.`
      : 'No task of the run has one: a step makes its card by `card.add(…)`, and `--with=card` gives one to each task.';
  return notThere(recorded, run, recorded.spec, `${asked} has no card. ${help}`);
}

function nameOf({ flow, run }: Pick<RunRow, 'flow' | 'run'>, { step, task }: Card): string {
  return `${flow}/${run}/${step}${task === 0 ? '' : `/${task}`}`;
}

function namesOf({ flow, run }: RunRow, cards: readonly Card[]): string[] {
  return [...new Set(cards.map((card) => nameOf({ flow, run }, card)))];
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ', …' : ''}`;
}

function cardJson(run: RunRow, card: Card, file?: string): CardJson {
  const { attempt, id, title, html } = card;
  return {
    pathspec: nameOf(run, card),
    attempt,
    id,
    title: title ?? null,
    bytes: Buffer.byteLength(html),
    file: file ?? null,
  };
}

/** @throws FlowError FLOW_CARD_WRITE */
function writeCard(file: string, html: string): void {
  try {
    writeCardFile(file, html);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `The card cannot be written to ${file} (${code}): give another file by --out=<file>.`;
    throw new FlowError('FLOW_CARD_WRITE', message, { cause });
  }
}
