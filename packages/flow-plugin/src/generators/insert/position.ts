/** Inserts a new declaration after the last of its anchors. */
import { FlowError } from '@nx-flow/core';
import type { Positions } from '@nx-flow/core/source';
import type { Anchor } from './anchors';
import { type Edit, insertAt } from './edits';
import type { Rewired } from './followers';
import type { Style } from './style';

/** @throws FlowError FLOW_STEP_ORDER when a step that is to follow is declared above */
export function insertDeclarations(
  declarations: readonly string[],
  text: string,
  places: Positions,
  anchors: readonly Anchor[],
  rewired: readonly Rewired[],
  { eol }: Style,
  file: string,
): Edit {
  const last = anchors.reduce((a, b) => (a.step.start > b.step.start ? a : b)).step;
  for (const { step, input } of rewired) {
    if (input.start > last.statement.end) continue;
    throw new FlowError(
      'FLOW_STEP_ORDER',
      `"${step.name ?? step.kind}" (${file}:${step.line}) is to follow, and must stand below "${last.name}" (${file}:${last.line}), in a statement of its own: move it there first.`,
    );
  }
  const at = lineEnd(last.statement.end, text, places);
  const apart = /^\r?\n[ \t]*\r?\n/.test(text.slice(at)) ? eol : '';
  const block = declarations.map((declaration) => eol + apart + declaration).join('');
  // The rest of the line moves to the next one.
  const rest = /^(\r?\n|$)/.test(text.slice(at)) ? '' : eol;
  return insertAt(at, block + rest);
}

/** The end of the line with its comment, or of the statement if another one follows on the line. */
function lineEnd(end: number, text: string, { statements, comments }: Positions): number {
  let at = end;
  for (;;) {
    const [blank = ''] = text.slice(at).match(/^[ \t]*/) ?? [];
    const comment = comments.find(({ start }) => start === at + blank.length);
    if (!comment) break;
    at = comment.end;
  }
  const [blank = ''] = text.slice(at).match(/^[ \t]*/) ?? [];
  const next = statements.some(({ start }) => start === at + blank.length);
  return next ? end : at;
}
