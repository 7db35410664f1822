/**
 * Edges in Nx's form. Nx keeps an edge of a file as long as the file does not change, whatever the plugin returns
 * meanwhile. A new edge of an unchanged file (its import did not exist before, or was in no project) is given as
 * an edge of the project, which Nx takes again each time.
 */
import type { DependencyType, FileMap, RawProjectGraphDependency } from '@nx/devkit';
import { FileCache } from '../nx/file-cache';

/** The values of @nx/devkit, without loading it. */
const STATIC = 'static' as DependencyType.static;
const IMPLICIT = 'implicit' as DependencyType.implicit;

/** The edges of a file when Nx last asked for them. */
interface KnownEdges {
  hash: string;
  targets: string[];
}

export class Edges {
  readonly #ofFiles = new Map<string, { source: string; targets: Set<string> }>();
  readonly #ofProjects = new Map<string, Set<string>>();

  /** Notes that a file of the project `source` imports from a project, or from a package by Nx's name for it. */
  imports(source: string, target: string, file: string): void {
    if (target === source) return;
    const known = this.#ofFiles.get(file);
    if (known) known.targets.add(target);
    else this.#ofFiles.set(file, { source, targets: new Set([target]) });
  }

  /** Notes that the project `source` reads the runs of another one without an import. */
  reads(source: string, target: string): void {
    if (target === source) return;
    const known = this.#ofProjects.get(source);
    if (known) known.add(target);
    else this.#ofProjects.set(source, new Set([target]));
  }

  /** @param asked the files whose edges Nx takes: those that changed since the last time */
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
