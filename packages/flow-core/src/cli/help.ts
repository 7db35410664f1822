/** Help: of the command, of one command, and of a flow. */
import { inspect } from 'node:util';
import type { Graph } from '../definition/graph';
import { parameterHelp } from '../definition/params';
import type { CommandSpec, OptionSpec } from './command';
import { COMMON } from './options';
import type { Output } from './render/output';
import { table } from './render/table';

export function overview(commands: CommandSpec[], output: Output): string {
  const { colors } = output;
  const rows = commands.map((c) => [
    `  nx-flow ${c.name} ${c.positionals.map((p) => (p.includes('|') ? '[pathspec]' : p)).join(' ')}`,
    c.help,
  ]);
  return [
    `${colors.bold('nx-flow')}: write a flow as steps, run it once, then spin one step at a time.\n\n`,
    table([{ head: 'Commands' }, { head: '', wrap: true }], rows, output.columns, colors.dim),
    `\n<flow> is a flow's name (movies) or its file (movies.flow.ts). nx-flow <command> --help tells more,\n`,
    `nx-flow spin <flow> --help names the flow's steps and parameters.\n`,
  ].join('');
}

export function commandHelp(spec: CommandSpec, output: Output, graph?: Graph): string {
  const { colors } = output;
  const families = spec.families.map((f) => [
    `  --${f}.<name>=<value>`,
    f === 'params'
      ? 'A parameter of the flow'
      : 'An artifact that the step shall see instead: JSON, else text',
  ]);
  const options = Object.entries({ ...spec.options, ...COMMON }).map(([name, o]) => [
    `  ${optionText(name, o)}`,
    o.help,
  ]);
  const parts = [
    `${colors.bold(`nx-flow ${spec.name}`)} ${spec.positionals.join(' ')}\n${spec.help}.\n\n`,
    table(
      [{ head: 'Options' }, { head: '', wrap: true }],
      [...families, ...options],
      output.columns,
      colors.dim,
    ),
  ];
  if (graph) parts.push('\n', flowHelp(graph, output));
  parts.push(`\n${colors.dim('Examples')}\n${spec.examples.map((e) => `  ${e}\n`).join('')}`);
  return parts.join('');
}

function optionText(name: string, option: OptionSpec): string {
  if (option.type === 'boolean') return `--${name}`;
  const value = `=<${option.value ?? (option.type === 'number' ? 'n' : 'value')}>`;
  return option.bare === undefined ? `--${name}${value}` : `--${name}[${value}]`;
}

function flowHelp(graph: Graph, output: Output): string {
  const { colors } = output;
  const steps = [...graph.steps.values()].map((node) => {
    const after = node.inputs.map(({ as, from }) => {
      const names = from.map(({ from: f, when }) => (when === undefined ? f : `${f}=${when}`)).join(' | ');
      return as === undefined || as === names ? names : `${as}: ${names}`;
    });
    return [
      `  ${node.name}`,
      node.kind,
      after.join(', '),
      node.over === undefined ? '' : `over ${node.over}`,
    ];
  });
  const params = parameterHelp(graph).map((p) => [
    `  --params.${p.name}=…`,
    p.required
      ? 'required'
      : p.default === undefined
        ? 'optional'
        : `default ${inspect(p.default, { breakLength: Infinity })}`,
    p.description,
  ]);
  const head = `${colors.bold(graph.flow)}\n`;
  const stepTable = table(
    [{ head: 'Steps' }, { head: 'Kind' }, { head: 'After' }, { head: '' }],
    steps,
    output.columns,
    colors.dim,
  );
  if (params.length === 0) return `${head}${stepTable}\nIt has no parameters.\n`;
  return `${head}${stepTable}\n${table([{ head: 'Parameters' }, { head: '' }, { head: '', wrap: true }], params, output.columns, colors.dim)}`;
}
