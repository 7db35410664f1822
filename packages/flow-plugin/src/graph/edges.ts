/**
 * Edges as Nx takes them. An edge of a file is kept by Nx for as long as the file stays as it is, whatever the plugin
 * says of it meanwhile. Where such an edge has come since (what the file imports was not there yet, or was in no project),
 * it is given as one of the project, which Nx takes anew each time.
 */
import type { DependencyType, FileMap, RawProjectGraphDependency } from '@nx/devkit';
import { FileCache } from '../nx/file-cache';

/** As @nx/devkit has them, without loading that. */
const STATIC = 'static' as DependencyType.static;
const IMPLICIT = 'implicit' as DependencyType.implicit;

/** What a file was given when Nx last asked for it. */
interface KnownEdges {
  hash: string;
  targets: string[];
}

export class Edges {
  readonly #ofFiles = new Map<string, { source: string; targets: Set<string> }>();
  readonly #ofProjects = new Map<string, Set<string>>();

  /** A file of the project `source` imports from a project, or from a package as Nx names it. */
  imports(source: string, target: string, file: string): void {
    if (target === source) return;
    const known = this.#ofFiles.get(file);
    if (known) known.targets.add(target);
    else this.#ofFiles.set(file, { source, targets: new Set([target]) });
  }

  /** The project `source` depends on what another one does, and imports nothing. */
  reads(source: string, target: string): void {
    if (target === source) return;
    const known = this.#ofProjects.get(source);
    if (known) known.add(target);
    else this.#ofProjects.set(source, new Set([target]));
  }

  /** @param asked The files that Nx takes the edges of: those that changed since it last did. */
  dependencies(
    workspace: string,
    hashes: ReadonlyMap<string, string>,
    asked: FileMap,
  ): RawProjectGraphDependency[] {
    const cache = new FileCache<KnownEdges>(workspace, 'edges');
    const taken = new Set(
      [...Object.values(asked.projectFileMap), asked.nonProjectFiles].flat().map(({ file }) => file),
    );
    const all: RawProjectGraphDependency[] = [];
    for (const [sourceFile, { source, targets }] of this.#ofFiles) {
      const hash = hashes.get(sourceFile) ?? '';
      const last = cache.last(sourceFile);
      const given = taken.has(sourceFile)
        ? { hash, targets: [...targets] }
        : last?.hash === hash
          ? last
          : { hash, targets: [] };
      cache.set(sourceFile, given);
      for (const target of targets) {
        all.push({ source, target, sourceFile, type: STATIC });
        if (!given.targets.includes(target)) this.reads(source, target);
      }
    }
    for (const [source, targets] of this.#ofProjects) {
      for (const target of targets) all.push({ source, target, type: IMPLICIT });
    }
    cache.write();
    return all;
  }
}
