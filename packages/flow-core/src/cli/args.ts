/** Parses command lines: each command's declared options, and `--params.k=v` and `--set.k=v`. */
import { parseArgs } from 'node:util';
import { FlowError, suggest } from '../definition/errors';
import type { CommandSpec, OptionSpec, Parsed } from './command';
import { COMMON } from './options';

/** `maxWorkers` and `max-workers` are one option, since Nx users write both. */
const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/** @param params the flow's parameter names, if known @throws FlowError FLOW_OPTION, FLOW_USAGE: all at once */
export function parseCommandLine(
  spec: CommandSpec,
  argv: readonly string[],
  params: readonly string[] = [],
): Parsed {
  const specs = { ...spec.options, ...COMMON };
  // Objects without a prototype: a given name may be any.
  const parsed: Parsed = {
    positionals: [],
    options: {},
    params: Object.create(null),
    set: Object.create(null),
  };
  const problems: { code: string; message: string }[] = [];
  const refuse = (code: string, message: string) => problems.push({ code, message });
  const { tokens } = parseArgs({
    args: joined(argv, specs, spec.families),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') parsed.positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const family = spec.families.find((f) => token.name.startsWith(`${f}.`));
    if (family) {
      if (token.value === undefined)
        refuse('FLOW_OPTION', `${token.rawName} needs a value: ${token.rawName}=…`);
      else if (Object.hasOwn(parsed[family], token.name.slice(family.length + 1)))
        refuse('FLOW_OPTION', `${token.rawName} is given twice: give it once.`);
      else parsed[family][token.name.slice(family.length + 1)] = token.value;
      continue;
    }
    const long = token.name === 'h' ? 'help' : kebab(token.name);
    const negated = long.startsWith('no-') && specs[long.slice(3)]?.type === 'boolean';
    const name = negated ? long.slice(3) : long;
    const option = specs[name];
    if (!option) refuse('FLOW_OPTION', unknownOption(spec, token, Object.keys(specs), params));
    else {
      const value = readValue(option, name, negated ? 'false' : token.value);
      if (value instanceof FlowError) refuse(value.code, value.message);
      else if (!option.many && Object.hasOwn(parsed.options, name))
        refuse('FLOW_OPTION', `--${name} is given twice: give it once.`);
      else if (option.many)
        parsed.options[name] = [...((parsed.options[name] as string[]) ?? []), value as string];
      else parsed.options[name] = value;
    }
  }
  if (problems.length > 0) {
    const message = problems.map((p) => p.message).join('\n');
    throw new FlowError(problems[0]?.code ?? 'FLOW_OPTION', message, { problems });
  }
  return parsed;
}

/** parseArgs takes a value after a space only for declared options. These are recognised by their shape. */
function joined(argv: readonly string[], specs: Record<string, OptionSpec>, families: string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] as string;
    const next = argv[i + 1];
    const name = arg.startsWith('--') && !arg.includes('=') ? arg.slice(2) : undefined;
    const takesValue =
      name !== undefined &&
      (families.some((family) => name.startsWith(`${family}.`)) || takesText(specs[kebab(name)]));
    if (takesValue && next !== undefined && !next.startsWith('--')) {
      out.push(`${arg}=${next}`);
      i++;
    } else out.push(arg);
  }
  return out;
}

function takesText(option: OptionSpec | undefined): boolean {
  return option !== undefined && option.type !== 'boolean' && option.bare === undefined;
}

function readValue(option: OptionSpec, name: string, given: string | undefined) {
  const { bare } = option;
  // Nx gives a switch so.
  if (bare !== undefined && given === 'false') return undefined;
  const value = bare !== undefined && (given === undefined || given === 'true') ? bare : given;
  const wrong = (what: string) =>
    new FlowError('FLOW_OPTION', `--${name} takes ${what}${value === undefined ? '' : `, not "${value}"`}.`);
  switch (option.type) {
    case 'boolean':
      if (value === undefined || value === 'true') return true;
      return value === 'false' ? false : wrong('true or false');
    case 'number': {
      const [number, least] = [Number(value), option.least ?? 1];
      return value !== undefined && value !== '' && Number.isSafeInteger(number) && number >= least
        ? number
        : wrong(least === 0 ? 'a whole number from 0' : `a whole number above ${least - 1}`);
    }
    case 'port': {
      const port = Number(value);
      return value !== '' && Number.isInteger(port) && port >= 0 && port < 2 ** 16
        ? port
        : wrong('a port from 0 to 65535, or nothing');
    }
    case 'string':
      return value === undefined || (value === '' && bare === undefined)
        ? new FlowError('FLOW_OPTION', `--${name} needs a value: --${name}=<${option.value ?? 'value'}>`)
        : value;
  }
}

function unknownOption(
  spec: CommandSpec,
  { name, rawName }: { name: string; rawName: string },
  known: string[],
  params: readonly string[],
): string {
  const what = `${spec.name} has no option ${rawName}.`;
  if (params.includes(name)) return `${what} Did you mean --params.${name}?`;
  const families = spec.families.includes('params')
    ? ' A parameter of the flow is given as --params.<name>=<value>.'
    : '';
  return `${what} ${suggest(kebab(name), known)}${families}`;
}
