/**
 * Edges between projects that flows make: a module of another project that a flow imports, itself or through its local
 * modules, and another flow whose runs it reads. Nx's own analysis of sources is off in a workspace without @nx/js.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { CreateDependencies, RawProjectGraphDependency } from '@nx/devkit';
import { FileCache } from './cache';
import { isFlowFile } from './create-nodes';
import { Modules, packageName } from './modules';
import { readSources } from './sources';

/** As `DependencyType` of @nx/devkit has it, without loading that. */
const STATIC = 'static' as RawProjectGraphDependency['type'];

interface Links {
  hash: string;
  modules: string[];
  flows: string[];
}

export const createDependencies: CreateDependencies = async (_options, context) => {
  const { projects, workspaceRoot, fileMap, externalNodes } = context;
  const files = Object.values(fileMap.projectFileMap).flat();
  const flowFiles = files.map(({ file }) => file).filter(isFlowFile);
  if (flowFiles.length === 0) return [];
  const owners = new Owners(Object.entries(projects).map(([name, { root }]) => [name, root]));
  const hashes = new Map([...files, ...fileMap.nonProjectFiles].map(({ file, hash }) => [file, hash]));
  const modules = new Modules(workspaceRoot, hashes, Object.values(projects));
  const cache = new FileCache<Links>(workspaceRoot, 'links');
  const flowOwners = await ownersOfFlows(flowFiles, workspaceRoot, owners);
  const edges = new Map<string, RawProjectGraphDependency>();
  const add = (source: string, target: string | undefined, sourceFile: string) => {
    if (target === undefined || target === source) return;
    edges.set(`${source} ${target} ${sourceFile}`, { source, target, sourceFile, type: STATIC });
  };
  for (const flowFile of flowFiles) {
    const source = owners.of(flowFile);
    if (source === undefined) continue;
    const seen = new Set([flowFile]);
    // What is imported is looked at as far as it belongs to the flow's own project.
    for (const file of seen) {
      const links = await linksOf(file, hashes.get(file) ?? '', workspaceRoot, cache);
      for (const flow of links.flows) {
        for (const owner of flowOwners.get(flow) ?? []) add(source, owner, file);
      }
      for (const specifier of links.modules) {
        const found = modules.find(specifier, file);
        if (found === undefined) {
          const external = `npm:${packageName(specifier)}`;
          if (externalNodes?.[external]) add(source, external, file);
        } else if (owners.of(found) === source) seen.add(found);
        else add(source, owners.of(found), file);
      }
    }
  }
  cache.write();
  return [...edges.values()];
};

async function linksOf(
  file: string,
  hash: string,
  workspace: string,
  cache: FileCache<Links>,
): Promise<Links> {
  let links = cache.get(file);
  if (links?.hash !== hash || hash === '') links = { hash, ...(await read(join(workspace, file), file)) };
  cache.set(file, links);
  return links;
}

const CODE = /\.[cm]?[jt]sx?$/;

async function read(path: string, file: string): Promise<Omit<Links, 'hash'>> {
  if (!CODE.test(file)) return { modules: [], flows: [] };
  const { readLinks } = await import('@nx-flow/core/source');
  try {
    return readLinks(file, readFileSync(path, 'utf8'));
  } catch {
    // It does not parse: whoever runs it is told. Its edges come back with it.
    return { modules: [], flows: [] };
  }
}

async function ownersOfFlows(
  files: string[],
  workspace: string,
  owners: Owners,
): Promise<Map<string, string[]>> {
  const byName = new Map<string, string[]>();
  for (const { file, flows } of await readSources(files, workspace)) {
    const owner = owners.of(file);
    if (owner === undefined) continue;
    for (const { name } of flows) byName.set(name, [...(byName.get(name) ?? []), owner]);
  }
  return byName;
}

/** Which project a file belongs to: that of the longest root. */
class Owners {
  readonly #roots: Map<string, string>;

  constructor(projects: [name: string, root: string][]) {
    this.#roots = new Map(projects.map(([name, root]) => [root === '' ? '.' : root, name]));
  }

  of(file: string): string | undefined {
    for (let folder = dirname(file); ; folder = posix.dirname(folder)) {
      const name = this.#roots.get(folder);
      if (name !== undefined || folder === '.') return name;
    }
  }
}
