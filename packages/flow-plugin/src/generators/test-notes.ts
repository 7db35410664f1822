/** Notes on what a new flow's test still lacks: it is written even if the workspace cannot run it yet. */
import { posix } from 'node:path';
import { getProjects, type ProjectConfiguration, readJson, type Tree } from '@nx/devkit';
import { knownProjects } from './known-projects';
import { configOf, type TestRunner } from './test-runner';

export interface NewTest {
  /** From the workspace's root. */
  folder: string;
  runner: Exclude<TestRunner, 'none'>;
  /** The ending of a relative import. */
  extension: string;
}

/** Returns a line for each missing part. */
export function testNotes(tree: Tree, test: NewTest): string[] {
  const project = projectAt(tree, test.folder);
  const config = configOf(tree, test.folder, test.runner);
  const notes = [configNote(tree, test, project.root, config), targetNote(tree, test, project, config)];
  return notes.filter((note) => note !== undefined);
}

function configNote(
  tree: Tree,
  { folder, runner, extension }: NewTest,
  root: string,
  config: string | undefined,
): string | undefined {
  if (config !== undefined) {
    if (!/\bprojects['"]?\s*:/.test(tree.read(config, 'utf-8') ?? '')) return undefined;
    const ready = runner === 'jest' ? ', with a configuration that transforms TypeScript' : '';
    return `${config} lists projects: for the test to run, ${root} has to be one of them${ready}.`;
  }
  if (runner === 'vitest') return undefined;
  const mapper = extension === '' ? '' : `, "moduleNameMapper": { "^([.]+/.*)[.]js$": "$1" }`;
  const text = `{ "transform": { "[.]ts$": "@swc/jest" }${mapper} }`;
  return `jest reads no TypeScript as it is, and no configuration of it covers ${folder}: ${text} in jest.config.json is enough, with @swc/jest and @swc/core installed.`;
}

function targetNote(
  tree: Tree,
  { folder, runner }: NewTest,
  { root, targets }: ProjectConfiguration,
  config: string | undefined,
): string | undefined {
  const manifest = posix.join(root, 'package.json');
  const isPackage = tree.exists(manifest);
  if (targets?.test || (isPackage && readJson<Manifest>(tree, manifest).scripts?.test)) return undefined;
  const project = posix.join(root, 'project.json');
  const place = isPackage && !tree.exists(project) ? `"nx" of ${manifest}` : project;
  const target = `"targets": { "test": { "command": "${commandOf(runner, folder, config)}" } }`;
  return `No target "test" executes the flow's test: ${target} in ${place} makes one.`;
}

interface Manifest {
  scripts?: Record<string, string>;
}

/** The command to run from the workspace's root, where Nx executes it. */
function commandOf(runner: NewTest['runner'], folder: string, config = ''): string {
  const at = posix.dirname(config);
  if (runner === 'jest') return `npx jest ${at === '.' ? folder : `--config=${config}`}`;
  return `npx vitest run ${at === '.' ? folder : `--root=${at}`}`;
}

/** The nearest project upward. Without one, the folder itself will become a project. */
function projectAt(tree: Tree, folder: string): ProjectConfiguration {
  const [nearest] = [...getProjects(tree).values(), ...knownProjects()]
    .filter(({ root }) => root === '.' || folder === root || folder.startsWith(`${root}/`))
    .sort((a, b) => depth(b.root) - depth(a.root));
  if (!nearest) return { root: folder };
  const same = knownProjects().find(({ root }) => root === nearest.root);
  return { ...nearest, targets: { ...same?.targets, ...nearest.targets } };
}

function depth(root: string): number {
  return root === '.' ? 0 : root.split('/').length;
}
