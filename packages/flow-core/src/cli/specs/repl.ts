/** The spec of `repl`. */
import type { CommandSpec } from '../command';
import { PARAMS_FILE, SELECTION } from '../options';
import { spec as spin } from './spin';

const { origin, artifacts } = spin.options as Required<Pick<CommandSpec['options'], 'origin' | 'artifacts'>>;

export const spec: CommandSpec = {
  name: 'repl',
  help: 'Open a prompt that sees what a step sees; nothing is stored',
  positionals: ['<flow>', '[step | run/step | run/step/task]'],
  options: { ...SELECTION, origin, ...PARAMS_FILE, artifacts },
  families: ['params', 'set'],
  examples: ['nx-flow repl movies playlist', 'nx-flow repl movies genre --index=3'],
};
