/** Writes the declaration of a new step, for the user to fill in. */
import type { Anchor } from './anchors';
import { quoted, type Style } from './style';
import { listed } from './words';

export interface NewStep {
  /** The variable that holds the flow. */
  flow: string;
  name: string;
  /** Its const. */
  handle: string;
  exported: boolean;
  style: Style;
}

type Body = { kind: string; options: string; takes: string; comment: string; returns: string };

/** A step with one task, after one step or after the one of several that ran. */
export function stepText(step: NewStep, anchors: readonly Anchor[], oneOf: string): string {
  const edges = anchors.map((anchor) => edgeText(anchor, step.style));
  return declaration(step, {
    kind: 'step',
    options: `after: ${edges.length === 1 ? edges[0] : `${oneOf}(${edges.join(', ')})`}`,
    takes: 'self',
    comment: '`self` has what reaches this step. What it returns is added for the steps after it.',
    returns: '{}',
  });
}

/** A gather: one task for several branches. */
export function gatherText(step: NewStep, anchors: readonly Anchor[], merge: string): string {
  const branches = anchors.map(({ handle }) => `inputs.${handle}`);
  const edges = anchors.map((anchor) =>
    anchor.when === undefined ? anchor.handle : `${anchor.handle}: ${edgeText(anchor, step.style)}`,
  );
  return declaration(step, {
    kind: 'gather',
    options: `after: { ${edges.join(', ')} }`,
    takes: 'inputs',
    comment: `${listed(branches)} have what each branch left. \`${merge}\` passes on all of it.`,
    returns: `{ ...${merge}(inputs) }`,
  });
}

/** A foreach: one task for each item of a list. */
export function foreachText(step: NewStep, anchor: Anchor, over: string): string {
  return declaration(step, {
    kind: 'foreach',
    options: `after: ${edgeText(anchor, step.style)}, over: ${quoted(over, step.style)}`,
    takes: 'input',
    comment: `\`input\` is one item of ${over}. What is returned is this task's own, until the join.`,
    returns: '{}',
  });
}

/** A join: one task for all splits. */
export function joinText(step: NewStep, foreach: string, merge: string): string {
  return declaration(step, {
    kind: 'join',
    options: `after: ${foreach}`,
    takes: 'inputs',
    comment: `\`inputs\` has what each task returned, in order. \`${merge}\` passes on what they all have.`,
    returns: `{ ...${merge}(inputs) }`,
  });
}

function declaration({ flow, name, handle, exported, style }: NewStep, body: Body): string {
  const { eol, indent, semicolon } = style;
  const { kind, options, takes, comment, returns } = body;
  const head = `${exported ? 'export ' : ''}const ${handle} = ${flow}.${kind}(${quoted(name, style)}, { ${options} }`;
  return [
    `${head}, ({ ${takes} }) => {`,
    `${indent}// ${comment}`,
    `${indent}return ${returns}${semicolon}`,
    `})${semicolon}`,
  ].join(eol);
}

function edgeText({ handle, when }: Anchor, style: Style): string {
  return when === undefined ? handle : `${handle}.when(${quoted(when, style)})`;
}
