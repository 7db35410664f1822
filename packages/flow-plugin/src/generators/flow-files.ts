/** The flows in a generator's tree, by name and by file. */
import { posix } from 'node:path';
import { globAsync, type Tree } from '@nx/devkit';
import { FlowError } from '@nx-flow/core';
import { looksLikeFile, parseFlowSource, stem, suggest } from '@nx-flow/core/source';
import { FLOWS, isFlowFile } from '../graph/create-nodes';

export interface FlowFile {
  /** From the workspace's root. */
  file: string;
  /** The flows' names. The file's stem if it does not parse or names no flow. */
  names: string[];
}

export async function flowFiles(tree: Tree): Promise<FlowFile[]> {
  const files = (await globAsync(tree, [FLOWS])).filter(isFlowFile).sort();
  return files.map((file) => ({ file, names: namesIn(file, tree.read(file, 'utf-8') ?? '') }));
}

function namesIn(file: string, text: string): string[] {
  try {
    const names = parseFlowSource(file, text).map(({ name }) => name);
    return names.length > 0 ? [...new Set(names)] : [stem(file)];
  } catch {
    return [stem(file)];
  }
}

/**
 * The file of a flow, by the flow's name or by its path from the current folder or from the workspace's root.
 * @throws FlowError FLOW_NOT_FOUND, FLOW_AMBIGUOUS
 */
export async function findFlow(tree: Tree, flow: string, cwd: string): Promise<string> {
  if (looksLikeFile(flow)) {
    const path = flow.replaceAll('\\', '/');
    const file = [posix.join(cwd, path), posix.normalize(path)].find((at) => tree.isFile(at));
    if (file !== undefined) return file;
    throw new FlowError(
      'FLOW_NOT_FOUND',
      `There is no file ${path}: give a flow's file (movies/movies.flow.ts) or its name (movies).`,
    );
  }
  const flows = await flowFiles(tree);
  const [claiming, ...more] = flows.filter(({ names }) => names.includes(flow)).map(({ file }) => file);
  if (claiming === undefined) {
    const known = new Set(flows.flatMap(({ names }) => names));
    const hint = suggest(flow, known, 'Make the first one with: nx g @nx-flow/plugin:flow <name>.');
    throw new FlowError('FLOW_NOT_FOUND', `There is no flow "${flow}" in this workspace. ${hint}`);
  }
  if (more.length > 0) {
    const files = [claiming, ...more].join(' and ');
    throw new FlowError(
      'FLOW_AMBIGUOUS',
      `The name "${flow}" is claimed by ${files}: give the file instead.`,
    );
  }
  return claiming;
}
