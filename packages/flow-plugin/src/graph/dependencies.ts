/**
 * Edges between projects that flows make: by the modules that a flow imports, directly or indirectly, in any
 * project, and by the flows whose runs are read. Nx's own analysis of sources is off in a workspace without
 * @nx/js. With
 * @nx/js it finds the same imports.
 */
import type { CreateDependencies } from '@nx/devkit';
import { keepFlowTargets } from '../nx/flow-targets';
import { isFlowFile } from './create-nodes';
import { Edges } from './edges';
import { Links } from './links';
import { Modules } from './modules';
import { Externals } from './packages';
import { readSources } from './sources';

/** A module and the file that it counts for: itself, or the file that imports it if it is in no project. */
interface Visit {
  file: string;
  by: string;
}

export const createDependencies: CreateDependencies = async (_options, context) => {
  const { projects, workspaceRoot, fileMap, filesToProcess, externalNodes } = context;
  keepFlowTargets(workspaceRoot, projects);
  const owners = new Map<string, string>();
  const hashes = new Map(fileMap.nonProjectFiles.map(({ file, hash }) => [file, hash]));
  for (const [project, files] of Object.entries(fileMap.projectFileMap)) {
    for (const { file, hash } of files) {
      owners.set(file, project);
      hashes.set(file, hash);
    }
  }
  const flowFiles = [...owners.keys()].filter(isFlowFile);
  if (flowFiles.length === 0) return [];
  let flows: Map<string, Set<string>> | undefined;
  const externals = new Externals(workspaceRoot, Object.keys(externalNodes ?? {}));
  const modules = new Modules(workspaceRoot, hashes, Object.values(projects));
  const links = new Links(workspaceRoot, hashes);
  const edges = new Edges();
  const visits = new Map<string, Visit>();
  const visit = (file: string, by: string) => visits.set(`${file} ${by}`, { file, by });
  for (const file of flowFiles) visit(file, file);
  for (const { file, by } of visits.values()) {
    const source = owners.get(by) as string;
    const { modules: specifiers, flows: read } = await links.of(file);
    for (const flow of read) {
      // Few flows read the runs of others, so their names are read only then.
      flows ??= await projectsOfFlows(flowFiles, workspaceRoot, owners);
      for (const project of flows.get(flow) ?? []) edges.reads(source, project);
    }
    for (const specifier of specifiers) {
      const found = modules.find(specifier, file);
      for (const target of found) {
        const owner = owners.get(target);
        if (owner !== undefined) edges.imports(source, owner, by);
        visit(target, owner === undefined ? by : target);
      }
      const external = found.length > 0 ? undefined : externals.of(specifier, file);
      if (external !== undefined) edges.imports(source, external, by);
    }
  }
  links.write();
  return edges.dependencies(workspaceRoot, hashes, filesToProcess);
};

async function projectsOfFlows(
  files: string[],
  workspace: string,
  owners: ReadonlyMap<string, string>,
): Promise<Map<string, Set<string>>> {
  const byName = new Map<string, Set<string>>();
  for (const { file, flows } of await readSources(files, workspace)) {
    for (const { name } of flows) {
      byName.set(name, (byName.get(name) ?? new Set()).add(owners.get(file) as string));
    }
  }
  return byName;
}
