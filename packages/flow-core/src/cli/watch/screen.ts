/** A watch on a terminal: each spin below the one before, and one line at the bottom that says what it waits for. */
import { relative } from 'node:path';
import type { SpinDone } from '../../engine/task/flow-event';
import type { Place } from '../../session/place';
import type { WatchListener } from '../../session/watch/watch';
import type { Output } from '../render/output';
import { spinRenderer } from '../render/spin';
import { duration } from '../render/table';
import { KEYS } from './keys';

export interface Screen extends WatchListener {
  help(): void;
  close(): void;
}

export function watchScreen(
  output: Output,
  { step, place, file }: { step: string; place: Place; file: string },
): Screen {
  const { colors } = output;
  const { cwd, workspace } = place;
  const status = new StatusLine(output);
  const spin = spinRenderer(output, workspace, cwd);
  let before: SpinDone | undefined;
  const waiting = () =>
    status.show(
      `watching ${step} in ${relative(cwd, file)}${output.live ? '  Enter again  ? keys  q quit' : ''}`,
    );
  return {
    ready() {},
    columns: () => process.stdout.columns || 100,
    begins(n, changed) {
      status.clear();
      const why = changed.length === 0 ? '' : `  ${listed(changed)}`;
      output.write(`${n === 1 ? '' : '\n'}${colors.dim(`── ${n} ──`)}${why}\n`);
      status.show(`spinning ${step}`);
    },
    event(event) {
      status.clear();
      if (event.type === 'spin-done') {
        spin(event);
        if (before) output.write(sinceBefore(before, event, output));
        if (event.status === 'done') before = event;
      } else spin(event);
    },
    printed(text) {
      status.clear();
      output.raw(text);
    },
    spun({ latencyMs, end }) {
      status.clear();
      if (end.type === 'refused') output.recorded(end.text);
      if (end.type === 'died')
        output.write(`${colors.red('FLOW_WORKER_DIED')}  The process of the spin ${end.how}.\n`);
      output.write(`${colors.dim(`${duration(latencyMs)} after the save`)}\n`);
      waiting();
    },
    unchanged(files) {
      status.clear();
      const names = files.map((name) => relative(cwd, name));
      output.write(`${colors.dim(`${listed(names)} changed, and nothing that ${step} sees: not spun`)}\n`);
      waiting();
    },
    broken({ code, message }) {
      status.clear();
      output.write(`\n${colors.red(code)}  ${message}\n`);
      waiting();
    },
    stopped(n) {
      status.clear();
      output.write(`${colors.dim(`spin ${n} was ended: there is newer code`)}\n`);
    },
    help() {
      status.clear();
      output.write(KEYS.map(([key, what]) => `  ${key.padEnd(6)} ${what}\n`).join(''));
      waiting();
    },
    close() {
      status.clear();
      if (process.stdin.isTTY) process.stdin.setRawMode(false);
      process.stdin.pause();
    },
  };
}

/** What is another than in the spin before, by artifact. */
function sinceBefore(before: SpinDone, now: SpinDone, { colors }: Output): string {
  if (now.status !== 'done') return '';
  const digests = new Map(before.artifacts.map(({ name, digest }) => [name, digest]));
  const changed = now.artifacts
    .filter(({ name, digest }) => digests.get(name) !== digest)
    .map(({ name }) => name);
  return `${colors.dim('since the spin before:')} ${changed.length === 0 ? colors.dim('the same') : colors.yellow(`${listed(changed)} changed`)}\n`;
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(', ');
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}

/** One line that is there until something else is printed. */
class StatusLine {
  readonly #output: Output;
  #shown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  show(text: string): void {
    if (!this.#output.live) return;
    this.clear();
    this.#output.raw(this.#output.colors.dim(text));
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#output.raw('\r\x1b[K');
    this.#shown = false;
  }
}
