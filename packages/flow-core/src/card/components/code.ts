/** Source text. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { firstOf } from '../numbers';
import { cut, lineOf, numberOf, textOf } from '../text';

export interface CodeOptions {
  title?: string;
  /** Such as `ts`; it is said, the text has no colours. */
  language?: string;
  /** Numbers of the lines that are marked. */
  marked?: readonly number[];
  /** The number of the first line. Without it, lines have none. */
  first?: number;
}

export interface Code extends CodeOptions, Updatable {
  text: string;
}

/** Source text as it is, with line numbers and marked lines where they are asked for. */
export function code(text: string, options: CodeOptions = {}): Code {
  return handle({ ...taken(options), text } as Omit<Code, 'update'>, (props) => ({
    type: 'code',
    title: textOf(props.title),
    text: cut(typeof props.text === 'string' ? props.text : lineOf(props.text)),
    language: textOf(props.language),
    marked: props.marked && linesOf(props.marked),
    first: numberOf(props.first),
  }));
}

function linesOf(marked: unknown): number[] {
  return firstOf(marked, 'marked', 1_000)
    .map(numberOf)
    .filter((line) => line !== undefined);
}
