/**
 * Which files make a flow executable elsewhere: what its code imports and names, as its fingerprint has looked at it; what it declares
 * as inputs; what npm needs to install its packages. Never what is outside of the workspace, and no file that holds secrets.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import {
  type FingerprintOptions,
  type Fingerprints,
  FlowError,
  fileHash,
  filesOfInputs,
  type Graph,
} from '@nx-flow/core/queue';
import type { CodeFile } from './archive';
import { globTest } from './glob';
import { filesOfLock, LOCK } from './lock-file';
import { MOST_BYTES, MOST_FILES, staysHere, whyNotWritten } from './names';

export interface ClosureOptions {
  flow: string;
  /** The flow's file. */
  file: string;
  workspace: string;
  /** Declared by the flow. */
  inputs?: Graph['inputs'];
  /** The values of its secrets, by their names: a file that has one in it is not sent. */
  secrets?: ReadonlyMap<string, ReadonlySet<string>>;
  fingerprint(options: FingerprintOptions): Promise<Fingerprints>;
}

export interface Closure {
  fingerprints: Fingerprints;
  files: CodeFile[];
  /** What the flow names, and what stays here: it may hold secrets, or lies outside of the workspace. As people know it. */
  left: string[];
}

/** An editor may be at work: files are read once more where one was written in between. */
const TRIES = 3;

/** @throws FlowError FLOW_SHIP, and what fingerprinting throws */
export async function closureOf(options: ClosureOptions): Promise<Closure> {
  const { flow, file, workspace, fingerprint } = options;
  for (let tries = 1; ; tries++) {
    const fingerprints = await fingerprint({ flow, file, root: workspace });
    const { paths, left } = namesOf(options, fingerprints);
    const files = read(paths, options, fingerprints);
    if (files) return { fingerprints, files, left };
    if (tries === TRIES) throw problem(`The code of ${flow} is being written: run it again.`);
  }
}

/** Names from the workspace, each with its file. */
function namesOf(options: ClosureOptions, { files }: Fingerprints) {
  const root = realpathSync(options.workspace);
  const paths = new Map<string, string>();
  const left = new Set<string>();
  let installed: string | undefined;
  const add = (file: string, given: string | undefined) => {
    // A link may lead to what is not sent.
    const inside = nameIn(root, realpathSync(file));
    const path = given ?? inside;
    if (path === undefined || inside === undefined) {
      if (!/^(package|tsconfig[^/\\]*)\.json$/.test(file.split(sep).at(-1) as string)) left.add(file);
    } else if (whyNotWritten(path) || staysHere(inside)) left.add(path);
    else paths.set(path, file);
  };
  for (const [file, hash] of Object.entries(files)) {
    if (hash === null) continue;
    if (!file.split(sep).includes('node_modules')) add(file, nameIn(root, file));
    else if (realpathSync(file).split(sep).includes('node_modules')) installed ??= file;
    // A package of the workspace, by the link to it.
    else add(realpathSync(file), undefined);
  }
  const globs = (options.inputs ?? []).filter((input) => typeof input === 'string');
  const except = globs
    .filter((glob) => glob.startsWith('!'))
    .map((glob) => globTest(glob.slice(1).replace(/^\.\//, '')));
  const inputs = filesOfInputs({ inputs: globs }, options.file, options.workspace);
  if (!inputs)
    throw problem(`The inputs of ${options.flow} are more than ${MOST_FILES} files: --ship sends no more.`);
  for (const file of inputs) {
    const path = relative(dirname(options.file), file).split(sep).join('/');
    if (!except.some((test) => test(path))) add(file, nameIn(options.workspace, file));
  }
  addManifests(options.workspace, paths, installed);
  return { paths, left: [...left].sort() };
}

function addManifests(workspace: string, paths: Map<string, string>, installed: string | undefined): void {
  const manifest = join(workspace, 'package.json');
  if (!isFile(manifest)) throw problem(`There is no ${manifest}: --ship sends the code of a package.`);
  paths.set('package.json', manifest);
  const lock = join(workspace, LOCK);
  if (isFile(lock)) {
    paths.set(LOCK, lock);
    for (const path of filesOfLock(readFileSync(lock, 'utf8')))
      if (isFile(join(workspace, path)) && !staysHere(path)) paths.set(path, join(workspace, path));
  } else if (installed !== undefined)
    throw problem(
      `The code uses ${installed}, and there is no ${lock}: workers install packages as npm's lock file says.`,
    );
}

/** Undefined where a file is not what was looked at. */
function read(
  paths: ReadonlyMap<string, string>,
  { secrets, flow }: ClosureOptions,
  { files }: Fingerprints,
): CodeFile[] | undefined {
  if (paths.size > MOST_FILES)
    throw problem(`The code and the inputs of ${flow} are ${paths.size} files: --ship sends ${MOST_FILES}.`);
  let total = 0;
  const all: CodeFile[] = [];
  for (const [path, file] of paths) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile()) return undefined;
    total += found.size;
    if (total > MOST_BYTES)
      throw problem(
        `The code and the inputs of ${flow} are more than ${MOST_BYTES / 1024 / 1024} MB: put data where workers reach it, and leave it out of the inputs.`,
      );
    const bytes = readFileSync(file);
    if (files[file] && files[file] !== fileHash(bytes)) return undefined;
    for (const [name, values] of secrets ?? [])
      for (const value of values)
        if (bytes.includes(value))
          throw problem(`${path} has the value of the secret ${name} in it: it is not sent.`);
    all.push({ path, bytes, isExecutable: (found.mode & 0o100) !== 0 });
  }
  return all;
}

/** Undefined for a file outside. */
function nameIn(root: string, file: string): string | undefined {
  const path = relative(root, file);
  if (path === '' || isAbsolute(path) || path.split(sep)[0] === '..') return undefined;
  return path.split(sep).join('/');
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

const problem = (message: string) => new FlowError('FLOW_SHIP', message, { exit: 1 });
