/** A program as the text of a flow file: names and edges are written out, for whoever reads flows and does not import them. */
import type { Part, Program, Spec } from './program';

/** @param bodies The specifier of `body.ts`, from the flow's file. */
export function sourceOf({ name, start, parts, end }: Program, bodies: string): string {
  const steps: string[] = [];
  const options = ({ drop }: Spec, more: Record<string, string>) => {
    const all = { ...more, ...(drop.length > 0 ? { drop: JSON.stringify(drop) } : {}) };
    return `{ ${Object.entries(all)
      .map(([key, value]) => `${key}: ${value}`)
      .join(', ')} }`;
  };
  const body = (spec: Spec) => `body(${JSON.stringify(spec)})`;
  const declare = (spec: Spec, more: Record<string, string>) => {
    const { name, kind } = spec;
    steps.push(`export const ${name} = f.${kind}('${name}', ${options(spec, more)}, ${body(spec)});`);
    return name;
  };
  const all = (parts: Part[], after: string): string => parts.reduce((last, part) => one(part, last), after);

  steps.push(`export const start = f.start(${options(start, {})}, ${body(start)});`);
  const last = all(parts, 'start');
  return `import { flow, merge, oneOf } from '@nx-flow/core';
import { z } from 'zod';
import { bodyOf } from '${bodies}';

const params = { seed: z.coerce.number().default(1), label: z.string().default('none') };
const f = flow('${name}', { params });
const body = (spec) => bodyOf(spec, merge, {});
${steps.join('\n')}
export default f.end(${options(end, { after: last })}, ${body(end)});
`;

  /** Gives what stands for the part's last step, as an edge is written. */
  function one(part: Part, after: string): string {
    const { spec } = part;
    switch (part.kind) {
      case 'step':
        return declare(spec, { after });
      case 'loop':
        return declare(spec, { after, while: JSON.stringify(spec.while) });
      case 'foreach': {
        const each = declare(spec, { after, over: JSON.stringify(spec.over) });
        return declare(part.join, { after: all(part.inside, each) });
      }
      case 'gather': {
        const branches = part.branches.map((branch, i) => `${spec.as[i]}: ${all(branch, after)}`);
        return declare(spec, { after: `{ ${branches.join(', ')} }` });
      }
      case 'switch': {
        const { on, cases = [] } = spec;
        const pick = declare(spec, { after, on: JSON.stringify(on), cases: JSON.stringify(cases) });
        const ends = part.arms.map((arm, i) => all(arm, `${pick}.when('${cases[i]}')`));
        if (!part.united) return `oneOf(${ends.join(', ')})`;
        const united = declare(part.united.spec, {
          after: `oneOf(${ends.slice(0, part.united.arms).join(', ')})`,
        });
        return `oneOf(${[united, ...ends.slice(part.united.arms)].join(', ')})`;
      }
    }
  }
}
