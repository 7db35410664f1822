/** The style of a file, so that inserted text looks the same. */
import type { PlacedStep } from '@nx-flow/core/source';

export interface Style {
  eol: string;
  indent: string;
  quote: string;
  semicolon: string;
}

/** @param like the declaration before the new one */
export function styleOf(text: string, steps: readonly PlacedStep[], like: PlacedStep): Style {
  // The first indented line is in a step's options or body.
  const indented = steps.map(({ start, end }) => text.slice(start, end).match(/\n([ \t]+)\S/)?.[1]);
  return {
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    indent: indented.find(Boolean) ?? '  ',
    quote: text.includes('"@nx-flow/core"') ? '"' : "'",
    semicolon: text[like.statement.end - 1] === ';' ? ';' : '',
  };
}

/** A text as a literal in this style. */
export function quoted(text: string, { quote }: Style): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n');
  return quote + escaped + quote;
}
