/**
 * What V8 made of the engine's files, and of packages, is kept, so that the next process need not compile them: a fifth of the
 * time of a spin. Node's own `module.enableCompileCache` does so from 22.8 on; it keeps the files of every flow, too, for ever.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { constants, Script } from 'node:vm';
import { isPrivate, privateFolder, requirePrivate } from './private-folder';
import { sweepTemporary, temporaryName } from './temporary';

/** What nobody has asked for so long is made anew by the next one who does. Milliseconds. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

const DIGEST_BYTES = 20;
const digestOf = (...content: (string | Buffer)[]) => {
  const hash = createHash('sha1');
  for (const piece of content) hash.update(piece);
  return hash.digest();
};

/** Of the function that has taken the place of another: that one. */
const REPLACED = Symbol.for('nx-flow.replaced');

/** A module as Node's loader has it. */
interface Loaded {
  exports: unknown;
}
interface Made {
  file: string;
  script: Script;
}
type Compile = ((this: Loaded, content: string, file: string, ...rest: unknown[]) => unknown) & {
  [REPLACED]?: Compile;
};
interface Internals {
  prototype: { _compile: Compile };
  /** The file of each request, by the request and the folders that it is looked for in. */
  _pathCache?: Record<string, string>;
}
const { prototype: loader, _pathCache: paths = {} } = Module as unknown as Internals;

/**
 * From now on, files below a folder are compiled from what was kept of them, and so are files of packages that say by their
 * names that they are CommonJS.
 * @param use what the process is for, such as the name of its command: V8 keeps the functions that were executed, and processes for
 * one thing execute others of the engine than those for another do
 * @param folder of CommonJS files
 * @returns keeps what had to be compiled: call it once, when the process has executed what such a process executes
 */
export function keepCode(use = '', folder = join(__dirname, 'parts')): () => void {
  if (process.env.NODE_DISABLE_COMPILE_CACHE === '1') return () => {};
  rememberPaths(folder);
  const own = privateFolder(tmpdir());
  const cache = join(own, 'code');
  const isOwn = isPrivate(own);
  // Named by V8's version and options, by the use, by the file, which is in what V8 made of it, and by the text itself.
  const version = cachedDataVersionTag().toString(16);
  const ownVersion = /^\w+$/.test(use) ? `${version}.${use}` : version;
  const made = new Map<string, Made>();
  // Another copy of this module may have been here before.
  const compile = loader._compile[REPLACED] ?? loader._compile;
  const compileKept: Compile = function (content, file, ...rest) {
    const isPart = file.startsWith(folder + sep);
    const isKept = (isPart || OF_PACKAGES.test(file)) && !imports(file, content);
    if (!isKept) return compile.call(this, content, file, ...rest);
    const path = join(
      cache,
      `${isPart ? ownVersion : version}-${digestOf(headOf(file), content).toString('hex')}`,
    );
    const cachedData = isOwn ? read(path) : undefined;
    const script = new Script(Module.wrap(content.replace(/^#!/, '//')), {
      ...{ filename: file, columnOffset: -WRAPPED },
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData ? { cachedData } : {}),
    });
    if (!cachedData || script.cachedDataRejected) made.set(path, { file, script });
    const run = script.runInThisContext();
    return run.call(this.exports, this.exports, createRequire(file), this, file, dirname(file));
  };
  compileKept[REPLACED] = compile;
  loader._compile = compileKept;
  return () => {
    if (made.size > 0) keep(cache, made);
    made.clear();
  };
}

/** The files of a folder name each other: Node need not look for each of them, nor for its real path, which the folder's is. */
function rememberPaths(folder: string): void {
  try {
    for (const name of readdirSync(folder)) paths[`./${name}\0${folder}`] ??= folder + sep + name;
  } catch {
    // Its files will be missed when they are asked for.
  }
}

/** Where nobody can mistake a module for one of another kind. Zod is made of a hundred of them. */
const OF_PACKAGES = /[\\/]node_modules[\\/].+\.cjs$/;

/** Code that is kept has no `import()` any more, nor have functions that it makes of texts. tsx only looks for it. */
const imports = (file: string, content: string) => /\bimport\s*\(/.test(content) && !TSX.test(file);
const TSX = /[\\/]node_modules[\\/]tsx[\\/]dist[\\/]register-[^\\/]+$/;

/** The first line of what is kept says whose it is. */
const headOf = (file: string) => `${file.replaceAll('\n', ' ')}\n`;

/** Of what stands before a module's text, on its first line. */
const WRAPPED = Module.wrap('|').indexOf('|');

/** Undefined unless all of it is as it was written: V8 executes whatever it is given. */
function read(path: string): Buffer | undefined {
  let all: Buffer;
  try {
    all = readFileSync(path);
  } catch {
    return undefined;
  }
  const begin = all.indexOf('\n') + 1 + DIGEST_BYTES;
  const data = all.subarray(begin);
  return digestOf(data).equals(all.subarray(begin - DIGEST_BYTES, begin)) ? data : undefined;
}

/** A folder that is another user's, or a disk that is full, is no reason to say anything: the next process compiles again. */
function keep(cache: string, made: ReadonlyMap<string, Made>): void {
  try {
    requirePrivate(dirname(cache));
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    sweep(cache, new Set([...made].map(([path, { file }]) => versionAndFile(path, file))));
    for (const [path, { file, script }] of made) {
      const data = script.createCachedData();
      const draft = join(cache, temporaryName());
      try {
        const head = Buffer.from(headOf(file));
        writeFileSync(draft, Buffer.concat([head, digestOf(data), data]), { mode: 0o600 });
        renameSync(draft, path);
      } finally {
        rmSync(draft, { force: true });
      }
    }
  } catch {}
}

/** Removes what killed processes left, what is old, and what was made of files that are gone or have another text now. */
function sweep(cache: string, made: ReadonlySet<string>): void {
  sweepTemporary(cache);
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const file = firstLineOf(path);
    const isOld = Date.now() - statSync(path).mtimeMs > KEPT_MS;
    const isFormer = made.has(versionAndFile(path, file));
    if (isOld || isFormer || !existsSync(file)) rmSync(path, { force: true });
  }
}

const versionAndFile = (path: string, file: string) => `${basename(path).split('-', 1)[0]} ${file}`;

function firstLineOf(path: string): string {
  const head = Buffer.alloc(LONGEST_PATH);
  const file = openSync(path, 'r');
  try {
    return head.toString('utf8', 0, head.subarray(0, readSync(file, head)).indexOf('\n'));
  } finally {
    closeSync(file);
  }
}
const LONGEST_PATH = 4096;
