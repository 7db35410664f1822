/** The text of flow files with many steps. */

/** The beginning: imports and the flow's declaration. */
function beginning(core: string): string {
  return `import { flow, merge, oneOf } from ${JSON.stringify(core)};
import { z } from 'zod';
export const used = [merge, oneOf];
export const f = flow('many', { params: { alpha: z.coerce.number().default(0.1).describe('rate') } });
`;
}

const START = `const s0 = f.start(({ params }) => ({ a0: params.alpha, items: [1, 2, 3], words: ['x'] }));\n`;

/** `count` steps between start and end, each after the one before, each reading what that one returned. */
export function chain(core: string, count: number): string {
  const steps = Array.from({ length: count }, (_, i) => step(i + 1, `s${i}`));
  return `${beginning(core)}${START}${steps.join('')}export default f.end(s${count});\n`;
}

/**
 * A chain of `count` steps with the other kinds in its middle: branches, a gather, a foreach, a join, a switch; the
 * gather and the join merge all that was made so far.
 */
export function mixed(core: string, count: number): string {
  const lines: string[] = [];
  let n = 0;
  const next = (line: (n: number) => string) => lines.push(line(++n));
  const linear = (until: number) => {
    while (n < until) next((i) => step(i, `s${i - 1}`));
  };
  linear(Math.floor(count / 2));
  next((i) => branch(i, i - 1));
  next((i) => branch(i, i - 2));
  next(
    (i) =>
      `const s${i} = f.gather('s${i}', { after: { s${i - 2}, s${i - 1} } }, ({ inputs }) => ({ ...merge(inputs), a${i}: inputs.s${i - 1}.a${i - 1} }));\n`,
  );
  next(
    (i) =>
      `const s${i} = f.foreach('s${i}', { after: s${i - 1}, over: 'items' }, ({ self, input }) => ({ a${i}: self.a${i - 1} + input }));\n`,
  );
  next(
    (i) =>
      `const s${i} = f.join('s${i}', { after: s${i - 1} }, ({ inputs }) => ({ a${i}: inputs.reduce((sum, one) => sum + one.a${i - 1}, 0), ...merge(inputs, { exclude: ['a${i - 1}'] }) }));\n`,
  );
  next(
    (i) =>
      `const s${i} = f.switch('s${i}', { after: s${i - 1}, on: 'way${i}', cases: ['left', 'right'] }, ({ self }) => ({ a${i}: self.a${i - 1}, way${i}: self.a${i - 1} > 1 ? 'left' : 'right' }));\n`,
  );
  next((i) => step(i, `oneOf(s${i - 1}.when('left'), s${i - 1}.when('right'))`));
  linear(count);
  return `${beginning(core)}${START}${lines.join('')}export default f.end(s${n});\n`;
}

const step = (i: number, after: string) =>
  `const s${i} = f.step('s${i}', { after: ${after} }, ({ self }) => ({ a${i}: self.a${i - 1} + self.items.length }));\n`;
const branch = (i: number, parent: number) =>
  `const s${i} = f.step('s${i}', { after: s${parent} }, ({ self }) => ({ a${i}: self.a${parent} * 2 }));\n`;
