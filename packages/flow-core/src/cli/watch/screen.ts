/** A watch on a terminal: each spin below the one before, and one line at the bottom that says what it waits for. */
import { relative } from 'node:path';
import { excerpt } from '../../engine/explain/error-text';
import { isSameTask } from '../../engine/task/change';
import type { Emit, SpinDone } from '../../engine/task/flow-event';
import type { Place } from '../../session/place';
import type { Comparison } from '../../session/watch/protocol';
import type { WatchListener } from '../../session/watch/watch-listener';
import type { Output } from '../render/output';
import { cardText, endText, outputsText, persistedText, spinRenderer } from '../render/spin';
import { spinAllRenderer } from '../render/spin-all';
import { duration } from '../render/table';
import { type ThroughWatched, throughRenderer } from '../render/through';
import { wrapped } from '../render/wrap';
import { comparisonsText } from './comparisons';
import type { KeyScreen } from './keys';
import { StatusLine } from './status-line';

export interface Screen extends WatchListener, KeyScreen {
  /** A run was made elsewhere, and is newer than the one whose inputs are used. Undefined takes that back. */
  newer(run: number | undefined): void;
  /** What a key has chosen was refused, and what was there before is chosen again. */
  tookBack(why: string): void;
  /** What differs in a spin that was shown. */
  showDifferences(n: number, comparisons: readonly Comparison[]): void;
  close(): void;
}

export interface ScreenOptions {
  step(): string;
  /** The last step of the chain, where one is spun. */
  through: string | undefined;
  place: Place;
  /** The flow's file. */
  file: string;
  /** Files of libraries that are read as they were built. */
  built(): readonly string[];
}

export function watchScreen(
  given: Output,
  { step: first, through, place, file, built }: ScreenOptions,
): Screen {
  const step = () => (through === undefined ? first() : `${first()} through ${through}`);
  const output = asWideAsNow(given);
  const { colors } = output;
  const { cwd, workspace } = place;
  const status = new StatusLine(output);
  const show = spinRenderer(output, workspace, cwd);
  let showAll: Emit | undefined;
  let before: { n: number; done: SpinDone } | undefined;
  const chain: ThroughWatched = {};
  /** The number of the last spin that ended well. */
  let good: number | undefined;
  /** The head of a spin, until there is something to show below it: what is waited for stays in sight. */
  let head = '';
  /** Whether it says why. */
  let because = false;
  let spinning = false;
  let newer = '';
  /** What is being typed after a key: it stays in sight. */
  let asking: string | undefined;
  const named = (name: string) => relative(cwd, name) || name;
  let printed = false;
  const print = (write: () => void) => {
    printed = true;
    status.clear();
    output.write(head);
    head = '';
    write();
    // Lines that are redrawn need the place below them.
    if (asking !== undefined && !showAll) status.show(asking);
  };
  const spinningText = () => `spinning ${step()} …   a save or Enter begins it again   q quit`;
  const watchingText = () => `${newer}watching ${step()}   Enter again   ? keys   q quit   ${named(file)}`;
  const waiting = () => status.show(asking ?? (spinning ? spinningText() : watchingText()));
  /** What is no part of the spin that begins. */
  const aside = (text: string) => {
    const begun = head;
    head = '';
    print(() => output.write(text));
    head = begun;
    waiting();
  };
  const resized = () => status.resized();
  if (output.live) process.stdout.on('resize', resized);
  /** Its lines that are redrawn end with it. */
  const endAll = () => {
    showAll?.({ type: 'spins-stopped', flow: place.flow, step: first() });
    showAll = undefined;
  };
  const refusal = (text: string) => `${wrapped(`${colors.yellow('!')} ${text.trim()}`, output, '  ')}\n`;
  const note = (text: string) => print(() => output.write(refusal(text)));
  return {
    ready() {
      const files = built();
      if (files.length > 0)
        note(`${listed(files.map(named))} is read as it was built: its edits count when it is built again.`);
      if (!output.live) output.write(`${colors.dim(`watching ${step()} in ${named(file)}`)}\n`);
    },
    columns: () => process.stdout.columns || output.columns,
    begins(n, changed) {
      const why = changed.length === 0 ? '' : `  ${listed(changed, '; ')}`;
      head = `${printed ? '\n' : ''}${wrapped(`${colors.dim(`── ${n} ──`)}${why}`, output, '  ')}\n`;
      because = why !== '';
      spinning = true;
      if (asking === undefined) status.showSoon(spinningText());
    },
    event(event) {
      // With what is known once its process has told what it came to.
      if (event.type === 'through-done' || (event.type === 'spin-done' && !showAll)) return;
      if (event.type === 'spins-started') showAll = spinAllRenderer(output, workspace, cwd);
      if (event.type === 'through-started') showAll = throughRenderer(output, workspace, cwd, () => chain);
      print(() => (showAll ?? show)(event));
    },
    printed: (text) => print(() => output.raw(text)),
    note,
    spun({ n, latencyMs, done, all, through: many, end, changed }) {
      spinning = false;
      const after = `${duration(latencyMs)} after the ${changed.length === 0 ? 'key' : 'save'}`;
      if (many) {
        chain.end = n === 1 ? undefined : after;
        print(() => showAll?.(many));
        chain.before = { n, spins: many.steps.flatMap(({ spins }) => spins) };
      }
      endAll();
      print(() => {
        if (end.type === 'died')
          output.write(`\n${colors.red('FLOW_WORKER_DIED')}  The process of the spin ${end.how}.\n`);
        if (!done || all) return;
        const since = before && isSameTask(before.done, done) ? { n: before.n, ...before.done } : undefined;
        const where = n === 1 ? outputsText(done, workspace, cwd) : after;
        output.write(endText(done, { end: where, before: since }, output, workspace));
        output.write(cardText(done, output, workspace, cwd));
        if (done.persisted !== undefined) output.write(persistedText(done.persisted, done.flow, output));
        if (end.type === 'ended' && end.text !== undefined) output.recorded(wrapped(end.text, output, '  '));
      });
      if (done?.status === 'done' && !all) before = { n, done };
      if ((done ?? all ?? many)?.status === 'done') good = n;
      waiting();
    },
    unchanged(files) {
      const names = listed(files.map(named));
      const text = `${names} was saved, and nothing that ${step()} sees changed: not spun`;
      print(() => output.write(`${wrapped(colors.dim(text), output)}\n`));
      waiting();
    },
    broken({ code, message, text, where }) {
      spinning = false;
      // Nothing was spun: its number is that of the next one.
      head = because && code !== 'FLOW_STEP_NOT_FOUND' ? head.replace(NUMBER, '──') : '';
      print(() => {
        output.write('\n');
        if (text !== undefined) output.recorded(text);
        else output.write(`${wrapped(`${colors.red(code)}  ${message}`, output)}\n`);
        if (text === undefined && where !== undefined) output.write(excerpt(where, output));
        const waits = [
          `the watch waits for ${code === 'FLOW_NO_INPUTS' ? 'a run, or ' : ''}a save that mends it`,
          ...(OTHERS[code] !== undefined && output.live ? [OTHERS[code]] : []),
          ...(good === undefined ? [] : [`the last good result is that of spin ${good}`]),
        ].join('; ');
        output.write(`${wrapped(colors.dim(waits), output)}\n`);
      });
      waiting();
    },
    stopped(n) {
      endAll();
      spinning = false;
      print(() => output.write(`${colors.dim(`spin ${n} was ended before it was done`)}\n`));
    },
    newer(run) {
      newer = run === undefined ? '' : `run ${run} is newer: r takes it   `;
      waiting();
    },
    help: (keys) => aside(keys.map(({ key, what }) => `  ${key.padEnd(6)} ${what}\n`).join('')),
    refused: (why) => aside(refusal(why)),
    tookBack(why) {
      spinning = false;
      head = '';
      aside(refusal(why));
    },
    showDifferences: (n, comparisons) => aside(comparisonsText(n, comparisons, output)),
    ask(text) {
      asking = text;
      waiting();
    },
    close() {
      process.stdout.off('resize', resized);
      endAll();
      status.clear();
    },
  };
}

/** A terminal may get another width. */
function asWideAsNow(output: Output): Output {
  const { live, columns, wrapAt } = output;
  const now = (before: number) => (live && process.stdout.columns) || before;
  return Object.defineProperties(
    { ...output },
    {
      columns: { enumerable: true, get: () => now(columns) },
      wrapAt: { enumerable: true, get: () => wrapAt && now(wrapAt) },
    },
  );
}

/** In the head of a spin. */
const NUMBER = /── \d+ ──/;

/** By the code of a refusal, what could be done but mend the code. */
const OTHERS: Record<string, string> = {
  FLOW_RUN_NOT_FOUND: 'r takes another run',
  FLOW_RUN_REMOVED: 'r takes another run',
  FLOW_STEP_NOT_FOUND: 's takes another step',
  FLOW_TASK_NOT_FOUND: 'r takes another run',
};

function listed(texts: readonly string[], between = ', '): string {
  const shown = texts.slice(0, 3).join(between);
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}
