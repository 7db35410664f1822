/** A key of the given parameters: a file that they name may change while the command line stays the same. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Context } from '../command';
import { givenParams } from '../params';

export interface ParamsKey {
  /** Undefined when nothing was given. */
  key?: string;
  /** The files that may be read, whether or not they exist. */
  files: string[];
}

type Arguments = Pick<Context, 'params' | 'options' | 'cwd'>;

/**
 * Only the flow's schemas know which parameters are paths, so every text that names a file counts as one.
 * @throws FlowError FLOW_PARAMS_FILE
 */
export function paramsKey(context: Arguments, workspace: string): ParamsKey {
  const params = givenParams(context as Context);
  const values = Object.entries(params);
  if (values.length === 0) return { files: [] };
  const texts = values.map(([, value]) => value).filter((value) => typeof value === 'string');
  const files = [...new Set(texts.map((text) => resolve(workspace, text)))];
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const file of files) {
    if (isFile(file)) hash.update(`\0${relative(workspace, file)}\0`).update(readFileSync(file));
  }
  const named = context.options['params-file'] as string | undefined;
  return {
    key: hash.digest('hex'),
    files: [...files, ...(named === undefined ? [] : [resolve(context.cwd, named)])],
  };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // The text has a zero byte or is longer than any path.
    return false;
  }
}
