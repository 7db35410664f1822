/** Reads a flow's parameters and options for all steps from a command line. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowError } from '../definition/errors';
import { readText } from '../source/read-text';
import type { Context } from './command';

/** Parameters from `--params-file`, overridden by those given one by one. @throws FlowError FLOW_PARAMS_FILE */
export function givenParams({ params, options, cwd }: Context): Record<string, unknown> {
  const given = options['params-file'] as string | undefined;
  if (given === undefined) return params;
  const file = resolve(cwd, given);
  if (!existsSync(file)) {
    const message = `There is no file ${file}: --params-file takes a JSON object of parameters.`;
    throw new FlowError('FLOW_PARAMS_FILE', message);
  }
  const { exactJson } = require('../definition/exact') as typeof import('../definition/exact');
  let values: unknown;
  try {
    values = exactJson(readText(file));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new FlowError('FLOW_PARAMS_FILE', `${file} is no text in UTF-8: save it as such.`, { cause });
    const why = (cause as Error).message.split('\n')[0];
    throw new FlowError('FLOW_PARAMS_FILE', `${file} cannot be read as JSON: ${why}`, { cause });
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new FlowError('FLOW_PARAMS_FILE', `${file} holds no JSON object: it takes { "name": value, … }.`);
  }
  return { ...values, ...params };
}
