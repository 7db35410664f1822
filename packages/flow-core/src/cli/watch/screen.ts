/** A watch on a terminal: each spin below the one before, and one line at the bottom that says what it waits for. */
import { relative } from 'node:path';
import { excerpt } from '../../engine/explain/error-text';
import type { Emit, SpinDone } from '../../engine/task/flow-event';
import type { Place } from '../../session/place';
import type { WatchListener } from '../../session/watch/watch-listener';
import type { Output } from '../render/output';
import { cardText, endText, outputsText, spinRenderer } from '../render/spin';
import { spinAllRenderer } from '../render/spin-all';
import { duration } from '../render/table';
import { throughRenderer } from '../render/through';
import { wrapped } from '../render/wrap';
import { KEYS, type KeyScreen } from './keys';
import { StatusLine } from './status-line';

export interface Screen extends WatchListener, KeyScreen {
  /** A run was made elsewhere, and is newer than the one whose inputs are used. Undefined takes that back. */
  newer(run: number | undefined): void;
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
  output: Output,
  { step: first, through, place, file, built }: ScreenOptions,
): Screen {
  const step = () => (through === undefined ? first() : `${first()} through ${through}`);
  const { colors } = output;
  const { cwd, workspace } = place;
  const status = new StatusLine(output);
  const show = spinRenderer(output, workspace, cwd);
  let showAll: Emit | undefined;
  let before: { n: number; done: SpinDone } | undefined;
  /** The number of the last spin that ended well. */
  let good: number | undefined;
  /** The files of cards were named: each spin writes them anew. */
  let carded = false;
  /** The head of a spin, until there is something to show below it: what is waited for stays in sight. */
  let head = '';
  let newer = '';
  const named = (name: string) => relative(cwd, name) || name;
  const print = (write: () => void) => {
    status.clear();
    output.write(head);
    head = '';
    write();
  };
  const waiting = () =>
    status.show(`${newer}watching ${step()}   Enter again   ? keys   q quit   ${named(file)}`);
  /** Its lines that are redrawn end with it. */
  const endAll = () => {
    showAll?.({ type: 'spins-stopped', flow: place.flow, step: first() });
    showAll = undefined;
  };
  const note = (text: string) =>
    print(() => output.write(`${wrapped(`${colors.yellow('!')} ${text.trim()}`, output, '  ')}\n`));
  return {
    ready() {
      const files = built();
      if (files.length > 0)
        note(`${listed(files.map(named))} is read as it was built: its edits count when it is built again.`);
      if (!output.live) output.write(`${colors.dim(`watching ${step()} in ${named(file)}`)}\n`);
    },
    columns: () => process.stdout.columns || output.columns,
    begins(n, changed) {
      const why = changed.length === 0 ? '' : `  ${listed(changed)}`;
      head = `${n === 1 ? '' : '\n'}${wrapped(`${colors.dim(`── ${n} ──`)}${why}`, output, '  ')}\n`;
      status.showSoon(`spinning ${step()} …   a save or Enter begins it again   q quit`);
    },
    event(event) {
      if (event.type === 'spin-done' && !showAll) return;
      if (event.type === 'spins-started') showAll = spinAllRenderer(output, workspace, cwd);
      if (event.type === 'through-started') showAll = throughRenderer(output, workspace, cwd);
      print(() => (showAll ?? show)(event));
    },
    printed: (text) => print(() => output.raw(text)),
    note,
    spun({ n, latencyMs, done, all, through: chain, end, changed }) {
      endAll();
      const after = `${duration(latencyMs)} after the ${changed.length === 0 ? 'key' : 'save'}`;
      print(() => {
        if (end.type === 'died')
          output.write(`\n${colors.red('FLOW_WORKER_DIED')}  The process of the spin ${end.how}.\n`);
        if (chain && n > 1) output.write(`${colors.dim(after)}\n`);
        if (!done || all) return;
        const since = before && isSame(before.done, done) ? { n: before.n, ...before.done } : undefined;
        const where = n === 1 ? outputsText(done, workspace, cwd) : after;
        output.write(endText(done, { end: where, before: since }, output, workspace));
        if (!carded) output.write(cardText(done, output, workspace, cwd));
        carded ||= done.cards !== undefined;
      });
      if (done?.status === 'done' && !all) before = { n, done };
      if ((done ?? chain)?.status === 'done') good = n;
      waiting();
    },
    unchanged(files) {
      const names = listed(files.map(named));
      const text = `${names} changed, and nothing that ${step()} sees: not spun`;
      print(() => output.write(`${wrapped(colors.dim(text), output)}\n`));
      waiting();
    },
    broken({ code, message, text, where }) {
      print(() => {
        output.write('\n');
        if (text !== undefined) output.recorded(text);
        else output.write(`${wrapped(`${colors.red(code)}  ${message}`, output)}\n`);
        if (text === undefined && where !== undefined) output.write(excerpt(where, output));
        if (good !== undefined) output.write(colors.dim(`the last good result is that of spin ${good}\n`));
      });
      waiting();
    },
    stopped(n) {
      endAll();
      print(() => output.write(`${colors.dim(`spin ${n} was ended: a newer one begins`)}\n`));
    },
    newer(run) {
      newer = run === undefined ? '' : `run ${run} is newer: r takes it   `;
      waiting();
    },
    help() {
      print(() => output.write(KEYS.map(({ key, what }) => `  ${key.padEnd(6)} ${what}\n`).join('')));
      waiting();
    },
    ask: (text) => (text === undefined ? waiting() : status.show(text)),
    close() {
      endAll();
      status.clear();
    },
  };
}

/** Whether two spins are of one task, so that their artifacts can be compared. */
function isSame(a: SpinDone, b: SpinDone): boolean {
  return a.step === b.step && a.index.join() === b.index.join();
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(', ');
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}
