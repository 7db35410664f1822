/** Reads `--after`: steps of the flow, or cases of its switches. */
import { FlowError } from '@nx-flow/core';
import { type PlacedFlow, type PlacedStep, suggest } from '@nx-flow/core/source';

export interface Anchor {
  step: PlacedStep;
  /** Its const. */
  handle: string;
  /** The case of a switch. */
  when?: string;
}

/** `start`, `size.small`, or as in code: `size.when('small')`. */
const ANCHOR = /^([^.]*)(?:\.when\((['"])(.*)\2\)|\.(.*))?$/s;

/**
 * @param file for places in error messages
 * @throws FlowError FLOW_STEP_NOT_FOUND, FLOW_SWITCH_EDGE, FLOW_UNKNOWN_CASE, FLOW_STEP_NO_CONST, FLOW_USAGE
 */
export function anchorsOf(after: string, flow: PlacedFlow, file: string): Anchor[] {
  // A comma inside a case's quotes is part of the case.
  const given = after.match(/(?:\(.*?\)|[^,])+/g) ?? [];
  const anchors = new Map<string, Anchor>();
  for (const text of given) {
    const [, name = '', , written, short] = text.trim().match(ANCHOR) ?? [];
    const when = written ?? short;
    anchors.set(`${name} ${when}`, anchorOf(findStep(name, flow), when, file));
  }
  if (anchors.size > 0) return [...anchors.values()];
  throw new FlowError('FLOW_USAGE', 'After which step? Give --after=<step>, or --after=<step>,<step>.');
}

/** @throws FlowError FLOW_STEP_NOT_FOUND, with the nearest name */
export function findStep(name: string, { source, steps }: PlacedFlow): PlacedStep {
  const step = steps.find((one) => one.name === name);
  if (step) return step;
  const names = steps.flatMap((one) => one.name ?? []).filter((one) => one !== 'end');
  const message = `There is no step "${name}" in ${source.name}. ${suggest(name, names)}`;
  throw new FlowError('FLOW_STEP_NOT_FOUND', message);
}

function anchorOf(step: PlacedStep, when: string | undefined, file: string): Anchor {
  const { name, kind, cases, handle, line } = step;
  if (kind === 'end') {
    const message = 'Nothing comes after the end: give the step that it comes after.';
    throw new FlowError('FLOW_STEP_NOT_FOUND', message);
  }
  if (kind === 'switch' && when === undefined) {
    const way = (one: string) => (/^[\w-]+$/.test(one) ? `${name}.${one}` : `"${name}.when('${one}')"`);
    const ways = cases?.map((one) => `--after=${way(one)}`).join(' or ') ?? `--after=${name}.<case>`;
    throw new FlowError('FLOW_SWITCH_EDGE', `"${name}" is a switch, and is left by its cases: ${ways}.`);
  }
  if (kind !== 'switch' && when !== undefined) {
    throw new FlowError('FLOW_UNKNOWN_CASE', `"${name}" is no switch and has no cases: --after=${name}.`);
  }
  if (when !== undefined && cases && !cases.includes(when)) {
    throw new FlowError('FLOW_UNKNOWN_CASE', `"${when}" is not a case of "${name}". ${suggest(when, cases)}`);
  }
  if (handle === undefined) {
    throw new FlowError(
      'FLOW_STEP_NO_CONST',
      `"${name}" has no const of its own at the top of the file (${file}:${line}): declare it as one first.`,
    );
  }
  return { step, handle, ...(when === undefined ? {} : { when }) };
}
