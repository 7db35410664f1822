/** The generator `flow`: a flow that runs at once, with a test. */
import { posix } from 'node:path';
import { formatFiles, type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { FlowError } from '@nx-flow/core';
import { commandsOf } from './commands';
import { flowFiles } from './flow-files';
import { EXAMPLE_STEP, flowText, testText } from './flow-text';
import init from './init';
import { moduleExtension } from './module-extension';
import { type PlaceOptions, placeOf } from './place';
import { isQuiet, reportErrors } from './report-errors';
import { testNotes } from './test-notes';
import { type TestRunner, testRunnerOf } from './test-runner';

export interface FlowOptions extends PlaceOptions {
  testRunner?: TestRunner;
  skipPackageJson?: boolean;
  skipFormat?: boolean;
}

export default reportErrors(async (tree: Tree, options: FlowOptions): Promise<GeneratorCallback> => {
  const { name, folder } = placeOf(tree, options);
  const file = posix.join(folder, `${name}.flow.ts`);
  const test = posix.join(folder, `${name}.flow.test.ts`);
  const runner = options.testRunner ?? testRunnerOf(tree, folder);
  for (const path of runner === 'none' ? [file] : [file, test]) refuseExisting(tree, path);
  await refuseTaken(tree, name);
  const install = await init(tree, { skipPackageJson: options.skipPackageJson ?? false, skipFormat: true });
  tree.write(file, flowText(name));
  if (runner !== 'none') {
    const extension = moduleExtension(tree, folder);
    tree.write(test, testText(name, runner, extension));
    if (!isQuiet()) for (const line of testNotes(tree, { folder, runner, extension })) logger.info(line);
  } else if (options.testRunner === undefined && !isQuiet()) {
    logger.info(
      'There is neither jest nor vitest here, so no test is written; --test-runner=vitest writes one.',
    );
  }
  if (!options.skipFormat) await formatFiles(tree);
  return async () => {
    await install();
    if (isQuiet()) return;
    const { project, run, spin, others } = await commandsOf(tree, file, name);
    logger.info(
      `\nRun it, then spin one step of it on what the run recorded:\n\n  ${run}\n  ${spin(EXAMPLE_STEP)}\n`,
    );
    // When this flow takes the short target names, the first one is run by its long name.
    if (others.length === 1) logger.info(`The other flow of ${project} is run by \`${others[0]}\` now.\n`);
  };
});

function refuseExisting(tree: Tree, file: string): void {
  if (!tree.exists(file)) return;
  const message = `${file} exists already: choose another name, or another folder with --directory.`;
  throw new FlowError('FLOW_FILE_EXISTS', message);
}

/** Refuses a taken name: commands find a flow by its name, and the store keeps its runs under it. */
async function refuseTaken(tree: Tree, name: string): Promise<void> {
  const other = (await flowFiles(tree)).find(({ names }) => names.includes(name));
  if (!other) return;
  const message = `There is a flow "${name}" already, in ${other.file}: flows are found by their names, so choose another.`;
  throw new FlowError('FLOW_AMBIGUOUS', message);
}
