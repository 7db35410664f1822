/**
 * What V8 made of the engine's files is kept, so that the next process need not compile them: a fifth of the time of a spin.
 * As Node's own `module.enableCompileCache`, which Node 20 has not, and which keeps the files of every flow, too, for ever.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { constants, Script } from 'node:vm';
import { isPrivate, privateFolder, requirePrivate } from './private-folder';
import { sweepTemporary, temporaryName } from './temporary';

/** What nobody has asked for so long is made anew by the next one who does. Milliseconds. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

const DIGEST_BYTES = 20;
const digestOf = (content: string | Buffer) => createHash('sha1').update(content).digest();

/** A module as Node's loader has it. */
interface Loaded {
  exports: unknown;
}
type Compile = (this: Loaded, content: string, file: string, ...rest: unknown[]) => unknown;
const loader = (Module as unknown as { prototype: { _compile: Compile } }).prototype;

/**
 * From now on, files below a folder are compiled from what was kept of them.
 * @param folder of CommonJS files
 * @returns keeps what had to be compiled: call it once, when the process has executed what such a process executes
 */
export function keepCode(folder = join(__dirname, 'parts')): () => void {
  if (process.env.NODE_DISABLE_COMPILE_CACHE === '1') return () => {};
  const own = privateFolder(tmpdir());
  const cache = join(own, 'code');
  const isOwn = isPrivate(own);
  // Named by V8's version and options, and by the text itself.
  const version = cachedDataVersionTag().toString(16);
  const made = new Map<string, Script>();
  const compile = loader._compile;
  loader._compile = function (content, file, ...rest) {
    if (!file.startsWith(folder + sep) && !OF_PACKAGES.test(file))
      return compile.call(this, content, file, ...rest);
    const path = join(cache, `${version}-${digestOf(content).toString('hex')}`);
    const cachedData = isOwn ? read(path) : undefined;
    const script = new Script(Module.wrap(content.replace(/^#!/, '//')), {
      ...{ filename: file, columnOffset: -WRAPPED },
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData ? { cachedData } : {}),
    });
    if (!cachedData || script.cachedDataRejected) made.set(path, script);
    const run = script.runInThisContext();
    return run.call(this.exports, this.exports, createRequire(file), this, file, dirname(file));
  };
  return () => {
    if (made.size > 0) keep(cache, made);
    made.clear();
  };
}

/** Where nobody can mistake a module for one of another kind. Zod is made of a hundred of them. */
const OF_PACKAGES = /[\\/]node_modules[\\/].+\.cjs$/;

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
  const data = all.subarray(DIGEST_BYTES);
  return digestOf(data).equals(all.subarray(0, DIGEST_BYTES)) ? data : undefined;
}

/** A folder that is another user's, or a disk that is full, is no reason to say anything: the next process compiles again. */
function keep(cache: string, made: ReadonlyMap<string, Script>): void {
  try {
    requirePrivate(dirname(cache));
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    sweep(cache);
    for (const [path, script] of made) {
      const data = script.createCachedData();
      const draft = join(cache, temporaryName());
      try {
        writeFileSync(draft, Buffer.concat([digestOf(data), data]), { mode: 0o600 });
        renameSync(draft, path);
      } finally {
        rmSync(draft, { force: true });
      }
    }
  } catch {}
}

function sweep(cache: string): void {
  sweepTemporary(cache);
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { force: true });
  }
}
