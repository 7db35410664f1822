/** Renders the differences: one section for each kind of cause, and a verdict. */

import type { CodeDifferences } from '../../engine/explain/why/code';
import type { InputDifference } from '../../engine/explain/why/inputs';
import type { ParameterDifference } from '../../engine/explain/why/params';
import type { Why } from '../../engine/explain/why/why';
import { previewOf } from '../../engine/task/preview';
import { VARIABLE_CHANGES } from '../../source/declared-inputs';
import type { Difference } from '../../source/fingerprint/compare';
import type { Unlike } from '../../store/rows/reuse-row';
import type { GitState } from '../../store/rows/rows';
import { whyText } from './not-reused';
import type { Output } from './output';
import { ago, plural, size } from './table';
import { cut, textWidth } from './text';

/** The most lines of one section. The rest is counted. */
const LINES = 12;
type Section = [head: string, lines: string[]];

export function renderWhy(found: Why, git: GitState | undefined, output: Output): string {
  const { colors } = output;
  const { row, run, pathspec, executed } = found;
  const about = [
    row.status,
    ...row.stack.map(({ index, count }) => `index ${index} of ${count} splits`),
    ...(row.iteration === undefined ? [] : [`iteration ${row.iteration}`]),
    ago(row.startedAt, Date.now()),
    ...(executed === pathspec ? [] : [`taken over from ${executed}`]),
  ].join(', ');
  const sections: Section[] = [
    ['Code', codeLines(found.code, row.step, output)],
    ['Parameters', found.parameters.map((difference) => parameterLine(difference, output))],
    ['Inputs', inputLines(found, output)],
    ['Upstream', upstreamLines(found, output)],
    ['Environment', environmentLines(found, git, output)],
    ...(row.unlike ? [reuseSection(row.unlike, run.flow)] : []),
  ];
  const width = Math.max(...sections.map(([head]) => head.length)) + 2;
  const body = sections.flatMap(([head, lines]) => {
    const more = lines.length - LINES;
    const shown = more > 0 ? [...lines.slice(0, LINES - 1), colors.dim(`… and ${more + 1} more`)] : lines;
    return (shown.length > 0 ? shown : [colors.dim('the same')]).map(
      (line, i) => `${colors.dim((i === 0 ? head : '').padEnd(width))}${line}\n`,
    );
  });
  const head = `${colors.bold(`why ${run.flow}/${row.step}`)}  ${colors.dim(`now, against ${pathspec} (${about})`)}`;
  return `${head}\n\n${body.join('')}\n${verdict(found, output)}\n`;
}

/** Why its run did not take it over from an earlier one. */
function reuseSection({ to, what }: Unlike, flow: string): Section {
  return ['Not reused', [whyText({ what, ...(to === undefined ? {} : { to: `${flow}/${to}` }) })]];
}

function verdict({ same, upstream, run, row, parameters, inputs }: Why, { colors }: Output): string {
  const spin = `nx-flow spin ${run.flow} ${row.step} shows what it does now`;
  const steps = plural(upstream.length, 'step');
  const anew = upstream.length > 0 ? `; a run would make its inputs anew (${steps} before it)` : '';
  // The input differences are between the last run and the one before. A spin takes the last run's inputs.
  const hasOther = inputs.differences.length > 0;
  const hasUnread = parameters.length > 0;
  if (same) {
    const where = hasOther ? ` in code${hasUnread ? '' : ' and parameters'}` : '';
    const what = hasUnread && !hasOther ? 'nothing that it reads differs' : `nothing differs${where}`;
    return `${colors.green(what)}: a spin would do the same${anew}`;
  }
  if (same === undefined) {
    const where = hasOther ? (hasUnread ? '' : ', nothing differs in parameters') : ', nothing else differs';
    return `${colors.yellow('the code cannot be compared')}${where}: ${spin}`;
  }
  const byDefault = parameters.some(({ given, matters }) => matters && given.before && !given.after);
  const recorded = byDefault ? ' (a spin takes the recorded parameters, a run the default ones)' : '';
  return `${colors.yellow('it differs')}: ${spin}${recorded}${anew}`;
}

function codeLines(code: CodeDifferences, step: string, { colors }: Output): string[] {
  if ('unknown' in code) return [colors.yellow(code.unknown)];
  const texts = code.differences.map((difference) => own(difference, step));
  const width = Math.max(0, ...texts.map(textWidth));
  const lines = code.differences.map(({ at }, i) => {
    const text = texts[i] as string;
    return at === undefined ? text : `${text}${' '.repeat(width - textWidth(text))}  ${colors.dim(at)}`;
  });
  const open = code.open.map((place) =>
    colors.yellow(`${place} loads code by a computed name: that is not compared`),
  );
  return [...lines, ...open];
}

/** Leaves out the name of the step in question. */
function own({ kind, name, text, change }: Difference, step: string): string {
  if (name !== step || change !== 'changed') return text;
  if (kind === 'function') return "the step's own function changed";
  return kind === 'options' ? "the step's own options or edges changed" : text;
}

function parameterLine(difference: ParameterDifference, { colors }: Output): string {
  const { name, change, before, after, given, matters } = difference;
  const show = (value: unknown) => cut(previewOf(value, 40), 40);
  const unread = matters ? '' : ', which it did not read,';
  switch (change) {
    case 'schema':
      return `${name}${unread} is ${show(after)} as before; its schema changed`;
    case 'new':
      return `${name} is new: ${show(after)}`;
    case 'gone':
      return `${name}${unread} is gone; it was ${show(before)}`;
    case 'changed': {
      const now = given.after ? 'given now' : given.before ? 'given then, its default now' : 'its default';
      return `${name}${unread} ${show(before)} → ${show(after)} ${colors.dim(`(${now})`)}`;
    }
  }
}

function inputLines({ inputs, row }: Why, { colors }: Output): string[] {
  if (row.parents.length === 0 && row.base === undefined) return [colors.dim('it has none')];
  if (inputs.before === undefined) return [colors.dim('no run before to compare with')];
  if (inputs.differences.length === 0) return [colors.dim(`the same as in ${inputs.before}`)];
  return inputs.differences.map((difference, i) => {
    const since = i === 0 ? colors.dim(`  since ${inputs.before}`) : '';
    return `${inputText(difference, row.base === undefined ? row.parents.length : 1)}${since}`;
  });
}

function inputText({ name, change, inputs, before, after }: InputDifference, of: number): string {
  const about = (value: { type: string; size: number } | undefined) =>
    value ? `${value.type}, ${size(value.size)}` : '';
  const [was, is] = [about(before), about(after)];
  const what =
    change !== 'changed' ? `is ${change}` : was === is ? `changed (${is})` : `changed: ${was} → ${is}`;
  const named = inputs.every((input) => !/^\d+$/.test(input));
  const where = of === 1 ? '' : named ? ` from ${inputs.join(', ')}` : ` in ${inputs.length} of ${of} inputs`;
  return `${name}${where} ${what}`;
}

/** Unknown steps with the same reason share a line. */
function upstreamLines({ upstream }: Why, { colors }: Output): string[] {
  const lines: string[] = [];
  const unknown = new Map<string, string[]>();
  for (const { step, code } of upstream) {
    if ('unknown' in code) {
      unknown.set(code.unknown, [...(unknown.get(code.unknown) ?? []), step]);
      continue;
    }
    const [first, ...more] = code.differences as [Difference, ...Difference[]];
    const others = more.length > 0 ? colors.dim(`, and ${plural(more.length, 'more difference')}`) : '';
    lines.push(`${step}: ${own(first, step).replace("the step's", 'its')}${others}`);
  }
  for (const [reason, steps] of unknown) lines.push(`${steps.join(', ')}: ${colors.yellow(reason)}`);
  return lines;
}

function environmentLines(
  { environment, variables, run }: Why,
  git: GitState | undefined,
  { colors }: Output,
): string[] {
  const lines = [
    ...environment.map(({ name, before, after }) => `${name} ${before} → ${after}`),
    ...variables.map(({ name, change }) => `the variable ${name} ${VARIABLE_CHANGES[change]}`),
  ];
  const text = ({ commit, dirty }: GitState) => `${commit.slice(0, 8)}${dirty ? ' with changes' : ''}`;
  if (run.git && git && text(run.git) !== text(git))
    lines.push(colors.dim(`git ${text(run.git)} → ${text(git)}`));
  if (run.with && run.with.length > 0)
    lines.push(colors.dim(`the run had ${run.with.map((option) => `--with=${option}`).join(' ')}`));
  return lines;
}
