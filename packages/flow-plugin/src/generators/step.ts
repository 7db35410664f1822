/** The generator `step`: adds a step to an existing flow. */
import { type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { FlowError } from '@nx-flow/core';
import { looksLikeFile } from '@nx-flow/core/source';
import { commandsOf } from './commands';
import { findFlow } from './flow-files';
import { type Inserted, insertStep } from './insert';
import { listed, titled } from './insert/words';
import { isQuiet, reportErrors } from './report-errors';

export interface StepOptions {
  flow: string;
  name: string;
  after: string;
  before?: string;
  kind?: 'step' | 'foreach';
  over?: string;
  join?: string;
  /** The folder in which the command was typed, from the workspace's root. */
  cwd?: string;
}

/** Does not format the file: adding a step must not rewrite the rest of it. */
export default reportErrors(async (tree: Tree, options: StepOptions): Promise<GeneratorCallback> => {
  const { flow, name, after, before } = options;
  const file = await findFlow(tree, flow, options.cwd ?? '');
  const inserted = insertStep({
    file,
    text: tree.read(file, 'utf-8') ?? '',
    ...(looksLikeFile(flow) ? {} : { flow }),
    name,
    after,
    ...(before === undefined ? {} : { before: before.split(',').map((one) => one.trim()) }),
    ...foreachOf(options),
  });
  tree.write(file, inserted.text);
  if (isQuiet()) return () => {};
  for (const line of notes(inserted, before !== undefined)) logger.info(line);
  return async () => {
    const { spin } = await commandsOf(tree, file, inserted.flow);
    logger.info(`\nSpin it on what the last run recorded for the steps before it:\n\n  ${spin(name)}\n`);
  };
});

function foreachOf({
  name,
  kind = 'step',
  over,
  join,
}: StepOptions): Pick<Parameters<typeof insertStep>[0], 'foreach'> {
  if (kind === 'foreach') {
    if (over !== undefined) return { foreach: { over, join: join ?? joinName(name) } };
    const message = 'A foreach needs the name of an artifact that is a list: --over=<artifact>.';
    throw new FlowError('FLOW_FOREACH_OVER', message);
  }
  if (over === undefined && join === undefined) return {};
  const option = over === undefined ? '--join' : '--over';
  throw new FlowError('FLOW_USAGE', `${option} is for --kind=foreach.`);
}

/** Makes the join's name in the style of the foreach's name. */
function joinName(name: string): string {
  if (name.includes('-')) return `${name}-join`;
  return name.includes('_') ? `${name}_join` : `${name}Join`;
}

/** Notes on changes other than the step itself. */
function* notes({ steps, anchors, rewired }: Inserted, chosen: boolean): Generator<string> {
  for (const { name, handle } of steps) {
    if (name !== handle && !name.includes('-'))
      yield `"${name}" is a name in use there: the step's const is ${handle}.`;
  }
  const last = `"${steps.at(-1)?.name}"`;
  const from = anchors.map(({ step, when }) => `"${step.name}${when === undefined ? '' : `.${when}`}"`);
  const names = [...new Set(rewired.map(({ step }) => titled(step)))];
  if (names.length === 0) yield `Nothing came after ${listed(from)}, and nothing comes after ${last} yet.`;
  else {
    const [first] = rewired.flatMap(({ step: { name } }) => name ?? []);
    const way = chosen || names.length === 1 || !first ? '' : ` --before=${first} moves that one alone.`;
    yield `${listed(names)} ${names.length === 1 ? 'comes' : 'come'} after ${last} now.${way}`;
  }
  for (const step of new Set(rewired.map((one) => one.step))) {
    const branches = rewired.filter((one) => one.step === step).map(({ input }) => input.as);
    if (branches.length < 2) continue;
    yield `${titled(step)} takes ${last} for its branches ${listed(branches)}: as one step after it, it would be simpler.`;
  }
}
