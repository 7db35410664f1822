/** Where a frozen test lies, and which test runner executes it. */
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { FlowError } from '../../definition/errors';
import { realPath } from '../../environment/real-path';

export type TestRunner = 'jest' | 'vitest';

export interface TestPlace {
  file: string;
  /** The folder of its fixtures, beside it. */
  fixtures: string;
  runner: TestRunner;
}

const TEST = /\.(test|spec)\.[cm]?[jt]sx?$/;
const TYPED_TEST = /\.(test|spec)\.[cm]?tsx?$/;
const RUNNERS = ['jest', 'vitest'] as const;
const CONFIG = { jest: /^jest\.config\./, vitest: /^vitest\.(config|workspace)\./ };

interface Asked {
  /** Undefined or empty: beside the flow. */
  given: string | undefined;
  cwd: string;
  workspace: string;
  /** The flow's file. */
  flow: string;
  step: string;
  index: readonly number[];
}

/** @throws FlowError FLOW_FREEZE_PLACE, FLOW_FREEZE_RUNNER */
export function testPlace({ given, cwd, workspace, flow, step, index }: Asked): TestPlace {
  const name = `${basename(flow).replace(/(\.flow)?\.[cm]?[jt]sx?$/, '')}.${[step, ...index].join('-')}`;
  const ending = isJavaScript(flow) ? 'js' : 'ts';
  const file = given ? resolve(cwd, given) : join(dirname(flow), `${name}.test.${ending}`);
  if (!(ending === 'js' ? TEST : TYPED_TEST).test(file)) {
    throw place(`--freeze writes a test, such as ${name}.test.${ending}, not "${basename(file)}".`);
  }
  const project = projectOf(flow, workspace);
  const folder = nearest(dirname(file));
  if (!statSync(folder).isDirectory()) throw place(`${folder} is no folder: give another file.`);
  if (!isWithin(realPath(folder), realPath(project))) {
    throw place(`${file} is outside of the project of the flow, ${project}: give a file in it.`);
  }
  const runner = runnerAt(dirname(file), workspace);
  if (runner === undefined) {
    throw new FlowError(
      'FLOW_FREEZE_RUNNER',
      'Neither jest nor Vitest is in the workspace: install the one that shall execute the test.',
    );
  }
  return { file, runner, fixtures: file.replace(TEST, '.frozen') };
}

/** @throws FlowError FLOW_FREEZE_EXISTS */
export function requireNew({ file, fixtures }: TestPlace): void {
  // A link to nothing is there, too.
  const there = [file, fixtures].find((path) => lstatSync(path, { throwIfNoEntry: false }));
  if (there !== undefined) {
    throw new FlowError(
      'FLOW_FREEZE_EXISTS',
      `${there} is there already: --force replaces it, --freeze=<file> takes another name.`,
    );
  }
}

const place = (message: string) => new FlowError('FLOW_FREEZE_PLACE', message);

/** The folder, or the nearest above it that is there. */
function nearest(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearest(dirname(folder));
}

/** The nearest folder upward with a manifest of npm or of Nx. */
function projectOf(flow: string, workspace: string): string {
  for (let at = dirname(flow); isWithin(at, workspace); at = dirname(at)) {
    if (existsSync(join(at, 'project.json')) || existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) break;
  }
  return workspace;
}

/** The nearest folder upward decides, by its configuration file or else by the packages in its package.json. */
function runnerAt(folder: string, workspace: string): TestRunner | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const files = existsSync(at) ? readdirSync(at) : [];
    const configured = RUNNERS.find((runner) => files.some((file) => CONFIG[runner].test(file)));
    const found = configured ?? RUNNERS.find((runner) => installs(join(at, 'package.json'), runner));
    if (found !== undefined) return found;
    if (at === workspace || at === dirname(at)) return undefined;
  }
}

function installs(file: string, runner: string): boolean {
  try {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(file, 'utf8'));
    return runner in { ...dependencies, ...devDependencies };
  } catch {
    // It is not there, or is none: then it says nothing.
    return false;
  }
}

function isWithin(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return from === '' || (from !== '..' && !from.startsWith(`..${sep}`) && from !== path);
}

export const isJavaScript = (file: string) => /\.[cm]?jsx?$/.test(file);

/** Whether a test runner reads a flow's file as it is set up by most: other endings are read by Node alone. */
export function canBeImported(flow: string, runner: TestRunner): boolean {
  return isJavaScript(flow) || /\.tsx?$/.test(flow) || (runner === 'vitest' && flow.endsWith('.mts'));
}

/** Whether a test in JavaScript has to load it by `require`. */
export function isCommonJs(flow: string): boolean {
  return isJavaScript(flow) && !/^\s*(import|export)[\s{*]/m.test(readFileSync(flow, 'utf8'));
}

/** The flow's file as the test imports it: with the ending that the flow's own relative imports have. */
export function importPath(from: string, flow: string): string {
  const path = relative(dirname(from), flow).split(sep).join('/');
  const relativePath = path.startsWith('.') ? path : `./${path}`;
  if (isJavaScript(flow)) return relativePath;
  const ending = extname(flow);
  const imports = [...readFileSync(flow, 'utf8').matchAll(/from\s+['"](\.\.?\/[^'"]+)['"]/g)].map(
    ([, name]) => name as string,
  );
  const written = imports
    .map((name) => /\.[cm]?[jt]sx?$/.exec(name)?.[0])
    .find((found) => found !== undefined);
  const stem = relativePath.slice(0, -ending.length);
  if (written === undefined) return stem;
  return /\.[cm]?ts/.test(written) ? relativePath : `${stem}${ending.replace('t', 'j')}`;
}
