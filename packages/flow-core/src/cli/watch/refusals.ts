/** What becomes of a spin that was refused: whoever gave the command, or pressed a key, may have asked for what cannot be. */
import { FlowError } from '../../definition/errors';
import type { Broken, WatchListener } from '../../session/watch/watch-listener';
import type { Choice } from './choice';
import type { Screen } from './screen';

/** Refusals of the first spin that no save mends: the command was given wrongly. */
const OF_THE_COMMAND = new Set([
  ...['FLOW_USAGE', 'FLOW_OPTION', 'FLOW_PATHSPEC', 'FLOW_INDEX', 'FLOW_ITERATION', 'FLOW_THROUGH'],
  ...['FLOW_WITHOUT', 'FLOW_INSPECT_PORT', 'FLOW_RUN_NOT_FOUND', 'FLOW_RUN_REMOVED', 'FLOW_TASK_NOT_FOUND'],
]);

/** Refusals of what a key has added. */
const OF_ONCE = /^FLOW_(FREEZE\w*|INDEX|USAGE)$/;

export class Refusals {
  readonly #choice: Choice;
  readonly #screen: Screen;
  #hasBegun = false;
  /** No run has had inputs for the last spin. */
  noInputs = false;
  /** Given what ends the watch. */
  ofTheCommand: (error: FlowError) => void = () => {};

  readonly #through: string | undefined;

  /** @param through the last step of the chain, where one is spun */
  constructor(choice: Choice, screen: Screen, through?: string) {
    this.#choice = choice;
    this.#screen = screen;
    this.#through = through;
  }

  /** @param once whether a key has added to the command line, for this spin alone */
  hear({ code, message }: Broken, once: boolean): 'again' | 'told' | undefined {
    const noThrough =
      this.#through !== undefined && message.startsWith(`There is no step "${this.#through}"`);
    if (!this.#hasBegun && (noThrough || OF_THE_COMMAND.has(code))) {
      this.ofTheCommand(new FlowError(code, message, { exit: 2 }));
      return 'told';
    }
    const then = once && OF_ONCE.test(code) ? 'back' : this.#choice.refused(code);
    if (then !== 'back') {
      this.noInputs = then === undefined && code === 'FLOW_NO_INPUTS' && this.#choice.takesNewest;
      return then;
    }
    this.#screen.tookBack(withoutOptions(message));
    return 'told';
  }

  /** A spin that begins was not refused. */
  listening(listener: WatchListener): WatchListener {
    return {
      ...listener,
      event: (event) => {
        if (BEGINS.has(event.type)) {
          this.#hasBegun = true;
          this.noInputs = false;
        }
        listener.event(event);
      },
    };
  }
}

/** Its first events. */
const BEGINS = new Set(['spin-started', 'spins-started', 'through-started']);

/** Nobody has given any: a key was pressed. */
function withoutOptions(message: string): string {
  return message.replace(/: leave --[\w=-]+ out\./, '.').replaceAll('--index takes', 'it takes');
}
