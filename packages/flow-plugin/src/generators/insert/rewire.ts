/** Makes edges lead from another step by editing `after`. */
import type { Edit } from './edits';
import type { Rewired } from './followers';

/** @param handle the const of the step from which the edges lead now */
export function rewire(text: string, { input, edges }: Rewired, handle: string): Edit {
  const { start, end } = input;
  const others = input.edges.filter((edge) => !edges.includes(edge));
  if (others.length > 0) {
    // In a `oneOf`, the new step replaces the first of the changed alternatives.
    const first = edges[0];
    const kept = input.edges.filter((edge) => edge === first || others.includes(edge));
    const listed = kept.map((edge) => (edge === first ? handle : text.slice(edge.start, edge.end)));
    const callee = text.slice(start, text.indexOf('(', start));
    return { start, end, text: `${callee}(${listed.join(', ')})` };
  }
  // The branch keeps its name, since the step's body reads it by that name.
  return { start, end, text: input.shorthand ? `${input.as}: ${handle}` : handle };
}
