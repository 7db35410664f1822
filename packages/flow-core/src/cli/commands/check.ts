/** nx-flow check: checks a flow without running it. */
import { relative } from 'node:path';
import { isFlowError, type Problem } from '../../definition/errors';
import type { Graph } from '../../definition/graph';
import { findPlaceFile, loadPlaceFlow } from '../../session/place';
import { indexFlows, stem } from '../../source/find';
import { noMoreThan, placeHere, placeOf } from '../arguments';
import type { Command, Context } from '../command';
import { plural } from '../render/table';

interface Checked {
  flow: string;
  file: string;
  /** Undefined when the flow does not load. */
  graph?: Graph;
  problems: Problem[];
  warnings: Problem[];
}

export const command: Command = {
  spec: {
    name: 'check',
    help: 'Check a flow, or every flow: each problem with its place',
    positionals: ['[flow]'],
    options: { types: { type: 'boolean', help: "Run the workspace's own TypeScript too" } },
    families: [],
    saysLate: true,
    examples: ['nx-flow check movies', 'nx-flow check --types'],
  },

  async execute(context) {
    noMoreThan(context, 1);
    const { output } = context;
    const checked = await checkFlows(context);
    const problems = distinct(checked.flatMap((one) => one.problems));
    const { reason } = context.signal;
    // What an imported file does a moment later.
    if (isFlowError(reason)) problems.push(...reason.problems);
    const warnings = distinct(checked.flatMap((one) => one.warnings));
    if (context.options.types === true) {
      const { checkTypes } = await import('../type-check');
      const types = await checkTypes([...new Set(checked.map(({ file }) => file))]);
      problems.push(...types.problems);
      warnings.push(...types.warnings);
    }
    render(context, checked, problems, warnings);
    const flows = checked.map(({ flow, file, graph }) => ({
      flow: graph?.flow ?? flow,
      file,
      steps: graph ? [...graph.steps.keys()] : [],
    }));
    output.result({ flows, problems, warnings });
    return problems.length > 0 ? 2 : 0;
  },
};

/** Checks the named flow, or all of the workspace. @throws FlowError FLOW_NOT_FOUND, FLOW_AMBIGUOUS */
async function checkFlows(context: Context): Promise<Checked[]> {
  const [named] = context.positionals;
  if (named !== undefined) {
    const place = placeOf(context);
    return [await checkFlow(context, place.flow, await findPlaceFile(place), place.workspace)];
  }
  const { workspace } = placeHere(context);
  const found = await indexFlows(workspace);
  const checked: Checked[] = [];
  for (const { name, file } of found) {
    const one = await checkFlow(context, name, file, workspace);
    const others = found.filter((other) => other.name === name && other.file !== file);
    if (others.length > 0) {
      const files = others.map((other) => relative(workspace, other.file)).join(' and ');
      const message = `The name "${name}" is claimed by ${files} too: it has to be given as a file, or be another.`;
      one.warnings.push({ code: 'FLOW_AMBIGUOUS', message, where: one.graph?.where() ?? file });
    }
    checked.push(one);
  }
  return checked;
}

async function checkFlow({ env }: Context, flow: string, file: string, workspace: string): Promise<Checked> {
  const found: Checked = { flow, file, problems: [], warnings: [] };
  try {
    const graph = await loadPlaceFlow({ flow, workspace, ...(env ? { env } : {}) }, file);
    found.graph = graph;
    if (graph.flow !== stem(file)) {
      const message = `The flow "${graph.flow}" lies in ${relative(workspace, file)}: name the file ${graph.flow}.flow.ts, or the flow "${stem(file)}".`;
      found.warnings.push({ code: 'FLOW_FILE_NAME', message, where: graph.where() ?? file });
    }
    const { computedSteps } = await import('../../source/computed-steps');
    found.warnings.push(...computedSteps(graph));
    const { unknownShared } = await import('../../source/shared-names');
    found.problems.push(...(await unknownShared(graph)));
  } catch (error) {
    if (!isFlowError(error)) throw error;
    found.problems.push(...error.problems.map((problem) => ({ ...problem, where: problem.where ?? file })));
  }
  found.warnings.push(...(await metadataWarnings(file, workspace)));
  return found;
}

/** Also of a flow that does not load: missing metadata may be why. */
async function metadataWarnings(file: string, workspace: string): Promise<Problem[]> {
  const { decoratorMetadata } = await import('../../source/fingerprint/decorator-metadata');
  try {
    return decoratorMetadata(file, workspace);
  } catch (error) {
    // It does not parse, which is a problem of its own.
    if (!isFlowError(error)) throw error;
    return [];
  }
}

/** Drops duplicates: several flows of one file or module have the same problem. */
function distinct(problems: Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.where} ${problem.message}`, problem])).values()];
}

function render(
  { cwd, output }: Context,
  checked: Checked[],
  problems: Problem[],
  warnings: Problem[],
): void {
  const { colors } = output;
  const line = ({ where, message, code }: Problem) => {
    const [first, ...more] = message.split('\n');
    const at = where ? `${relative(cwd, where)}  ` : '';
    return `${at}${first}  ${colors.dim(code)}\n${more.map((text) => `  ${text}\n`).join('')}`;
  };
  for (const problem of problems) output.write(`${colors.red('✗')} ${line(problem)}`);
  for (const warning of warnings) output.write(`${colors.yellow('!')} ${line(warning)}`);
  if (problems.length + warnings.length > 0) output.write('\n');
  for (const { name, options } of checked.flatMap(({ graph }) => [...(graph?.steps.values() ?? [])])) {
    const set = Object.entries(options.packages ?? {}).map(([pkg, spec]) => `${pkg}@${spec}`);
    if (set.length > 0) output.write(colors.dim(`${name} has packages of its own: ${set.join(', ')}\n`));
  }
  const [only] = checked;
  const count = [
    ...(problems.length > 0 ? [plural(problems.length, 'problem')] : ['no problems']),
    ...(warnings.length > 0 ? [plural(warnings.length, 'warning')] : []),
  ].join(', ');
  const what =
    checked.length === 1 && only?.graph
      ? `${only.graph.flow}: ${plural(only.graph.steps.size, 'step')}, ${plural(Object.keys(only.graph.params).length, 'parameter')}`
      : plural(checked.length, 'flow');
  const mark = problems.length > 0 ? colors.red('✗') : colors.green('✓');
  output.write(`${mark} ${what}, ${count}\n`);
}
