/** Artifacts that a command line gives in the place of recorded ones: by `--set`, and by the module of `--artifacts`. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowError } from '../definition/errors';
import type { Overrides } from '../engine/inputs/override';
import { TypedText } from '../engine/inputs/typed';
import type { Context } from './command';

/** @throws FlowError FLOW_OVERRIDE, FLOW_IMPORT */
export async function overridesOf(
  context: Context,
): Promise<{ overrides?: Overrides; set: Record<string, unknown> }> {
  const overrides = await artifactsOf(context);
  const set = Object.entries(context.set).map(([name, text]) => [name, new TypedText(text)]);
  return { ...(overrides === undefined ? {} : { overrides }), set: Object.fromEntries(set) };
}

/** The default export of the `--artifacts` module, or its named exports. @throws FlowError FLOW_OVERRIDE */
async function artifactsOf({ options, cwd }: Context): Promise<Overrides | undefined> {
  if (options.artifacts === undefined) return undefined;
  const file = resolve(cwd, options.artifacts as string);
  if (!existsSync(file)) {
    throw new FlowError(
      'FLOW_OVERRIDE',
      `There is no file ${file}: --artifacts takes a TypeScript module that exports artifacts.`,
    );
  }
  const { importModule } = await import('../source/load');
  const { exported } = await importModule(file);
  return (exported.default ?? { ...exported }) as Overrides;
}
