/** A workspace in a temporary folder for tests of `keys/`: what the graph has kept, and a task as its executor is told of it. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutorContext, ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import type { FlowSource, SourceFile } from '../../src/graph/sources';
import { FileCache } from '../../src/nx/file-cache';
import { keepFlowTargets } from '../../src/nx/flow-targets';
import { Stamps, UNSETTLED } from '../../src/nx/stamps';

export const FILE = 'jobs/f.flow.ts';

/** A flow `f` of the file `jobs/f.flow.ts`. */
export const flowOf = (...steps: string[]): FlowSource => ({
  name: 'f',
  steps: steps.map((name) => ({ name, kind: 'step' })),
  known: steps.map((name) => ({ name, kind: 'step', after: [] })),
});

/** What a fingerprint says of a step, as `@nx-flow/core/source` gives it. */
export const codeOf = (
  digest: string,
  reads: { user?: true; runs?: true; stores?: true } = {},
  open = [],
) => ({
  digest,
  open,
  reads,
});

const SPIN = { executor: '@nx-flow/plugin:spin', options: { flow: FILE } };

export class KeyWorkspace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-keys-')));

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  path(file: string): string {
    return join(this.root, file);
  }

  write(file: string, text: string): string {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
    return this.path(file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  json<T>(file: string): T {
    return JSON.parse(this.read(file)) as T;
  }

  /** What the graph was made of. */
  keepSources(...flows: FlowSource[]): SourceFile[] {
    const cache = new FileCache<{ hash: string; flows: FlowSource[] }>(this.root, 'sources');
    cache.set(FILE, { hash: '', flows });
    cache.write();
    return [{ file: FILE, hash: '', flows }];
  }

  /** The targets of the project `p`, beside its spin. */
  keepTargets(targets: Record<string, TargetConfiguration> = {}): void {
    const project: ProjectConfiguration = { root: 'jobs', targets: { spin: SPIN, ...targets } };
    keepFlowTargets(this.root, { p: project });
  }

  /** A task of the project `p`, as Nx tells its executor. */
  context(target: Partial<TargetConfiguration> = {}, targetName = 'spin-a'): ExecutorContext {
    return {
      root: this.root,
      cwd: this.root,
      isVerbose: false,
      projectName: 'p',
      targetName,
      target: { executor: '@nx-flow/plugin:step', cache: true, ...target },
      projectsConfigurations: { version: 2, projects: {} },
      nxJsonConfiguration: {},
      projectGraph: {
        nodes: { p: { name: 'p', type: 'app', data: { root: 'jobs' } } },
        dependencies: { p: [] },
      },
    };
  }

  /** Until files that were just written have time stamps that nothing written later can have. */
  async settled(...files: string[]): Promise<void> {
    while (files.some((file) => new Stamps().of(this.path(file)) === UNSETTLED)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
