/** The plugin's options in `nx.json`: the names of targets. */
import { DEFAULT_NAMES as DEFAULTS, type TargetNaming } from '@nx-flow/core/keys';

export type PluginOptions = TargetNaming;

/** On Nx's command line, a colon separates project, target and configuration, and a comma separates targets. */
const USABLE = /^[A-Za-z][\w.-]*$/;

/** @throws FlowError FLOW_PLUGIN_OPTION */
export function pluginOptions(given: unknown): Required<PluginOptions> {
  if (given === undefined || given === null) return DEFAULTS;
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw refused(`are ${JSON.stringify(given)}: give an object, such as { "runTargetName": "flow-run" }.`);
  }
  const known = Object.keys(DEFAULTS);
  for (const [name, value] of Object.entries(given)) {
    if (!known.includes(name)) throw refused(`have no "${name}".`, name, known);
    if (typeof value !== 'string' || !USABLE.test(value)) {
      throw refused(
        `have "${name}": ${JSON.stringify(value)}: give a text of letters, digits, "-", "_" and "." that begins with a letter.`,
      );
    }
  }
  const options = { ...DEFAULTS, ...(given as PluginOptions) };
  const { stepTargetPrefix: _, ...names } = options;
  const entries = Object.entries(names);
  for (const [i, [option, name]] of entries.entries()) {
    const [other] = entries.slice(0, i).find(([, before]) => before === name) ?? [];
    if (other !== undefined) {
      throw refused(`have "${name}" as ${other} and as ${option}: give one of the two another name.`);
    }
  }
  return options;
}

/** Nx prints only the message, so it contains the code. The engine is loaded only for an error. */
function refused(what: string, name?: string, known: string[] = []): Error {
  const { FlowError } = require('@nx-flow/core') as typeof import('@nx-flow/core');
  const { suggest } = require('@nx-flow/core/source') as typeof import('@nx-flow/core/source');
  const nearest = name === undefined ? '' : ` ${suggest(name, known)}`;
  const message = `The options of @nx-flow/plugin in nx.json ${what}${nearest}`;
  return new FlowError('FLOW_PLUGIN_OPTION', `FLOW_PLUGIN_OPTION  ${message}`);
}
