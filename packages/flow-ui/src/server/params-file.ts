/** Parameters for a command, in a file for its owner alone: everybody may read the arguments of a process. */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePrivateTemporary, sweepPrivateTemporary } from '@nx-flow/core/ui';
import { notUnderstood } from './replies';

export interface CommandFolder {
  folder: string;
  /** Its options. */
  argv: readonly string[];
  remove(): void;
}

/** @param params JSON texts, by name @throws FlowError FLOW_UI_REQUEST */
export function commandFolder(params: Readonly<Record<string, string>> = {}): CommandFolder {
  const values = Object.entries(params).map(([name, text]) => [name, jsonOf(name, text)]);
  const folder = makePrivateTemporary(tmpdir());
  const file = join(folder, 'params.json');
  writeFileSync(file, JSON.stringify(Object.fromEntries(values)), { mode: 0o600 });
  return {
    folder,
    argv: values.length > 0 ? [`--params-file=${file}`] : [],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Removes those of servers that were killed. */
export const sweepCommandFolders = () => sweepPrivateTemporary(tmpdir());

/** @throws FlowError FLOW_UI_REQUEST */
export function jsonOf(name: string, text: unknown): unknown {
  try {
    return JSON.parse(text as string);
  } catch {
    throw notUnderstood(`The value of "${name}" is no JSON: a text stands in quotes, as in "abc".`);
  }
}
