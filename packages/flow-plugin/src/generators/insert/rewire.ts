/** Lets edges lead from another step: the edits of what stands as `after`. */
import type { Edit } from './edits';
import type { Rewired } from './followers';

/** @param handle The const of the step that they come from now. */
export function rewire(text: string, { input, edges }: Rewired, handle: string): Edit {
  const { start, end } = input;
  const others = input.edges.filter((edge) => !edges.includes(edge));
  if (others.length > 0) {
    // Some alternatives of a `oneOf`: the new step stands in the place of the first of them.
    const first = edges[0];
    const kept = input.edges.filter((edge) => edge === first || others.includes(edge));
    const listed = kept.map((edge) => (edge === first ? handle : text.slice(edge.start, edge.end)));
    const callee = text.slice(start, text.indexOf('(', start));
    return { start, end, text: `${callee}(${listed.join(', ')})` };
  }
  // The branch keeps its name: the step's body reads it by that.
  return { start, end, text: input.shorthand ? `${input.as}: ${handle}` : handle };
}
