/** The flows in each file, parsed again only when the file or the parser changed. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceFlow } from '@nx-flow/core/source';
import { workspaceData } from './nx';

export interface SourceFile {
  file: string;
  flows: SourceFlow[];
  /** Why it does not parse: file:line:column and the reason. `flows` is then what it had when it last did. */
  error?: string;
}

interface Cached {
  hash: string;
  flows: SourceFlow[];
}
interface Cache {
  /** Of the parser: what it reads may change with it. */
  parser: string;
  files: Record<string, Cached>;
}

/** A flow of which nothing is known but that it is there. */
const NOTHING = { line: 1, column: 1, steps: [], unnamed: [], params: [] };

/** `files` are paths from the workspace's root. A file that is gone meanwhile is left out. */
export async function readSources(files: readonly string[], workspace: string): Promise<SourceFile[]> {
  const path = join(workspaceData(workspace), 'nx-flow-sources.json');
  const parser = parserStamp();
  const before = readCache(path);
  const after: Cache = { parser, files: {} };
  const sources: SourceFile[] = [];
  for (const file of files) {
    const text = textOf(join(workspace, file));
    if (text === undefined) continue;
    const hash = createHash('sha256').update(text).digest('hex');
    let cached = before.files[file];
    let error: string | undefined;
    if (cached?.hash !== hash || before.parser !== parser) {
      // The parser is a native module: it is loaded when a file has changed, and only then.
      const { parseFlowSource, stem } = await import('@nx-flow/core/source');
      try {
        const flows = parseFlowSource(file, text);
        // A flow that the parser does not find (its name is computed, say) still goes by its file's name.
        cached = { hash, flows: flows.length > 0 ? flows : [{ ...NOTHING, name: stem(file) }] };
      } catch (thrown) {
        error = thrown instanceof Error ? thrown.message : String(thrown);
        cached = { hash: '', flows: cached?.flows ?? [{ ...NOTHING, name: stem(file) }] };
      }
    }
    after.files[file] = cached;
    sources.push({ file, flows: cached.flows, ...(error === undefined ? {} : { error }) });
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) writeCache(path, after);
  return sources;
}

/** Changes with each version of the parser and, where it is built in place, with each build. */
function parserStamp(): string {
  const file = require.resolve('@nx-flow/core/source');
  const { version } = require('@nx-flow/core/package.json') as { version: string };
  return `${version} ${statSync(file).mtimeMs}`;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readCache(path: string): Cache {
  try {
    const cache = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof cache.parser === 'string' && typeof cache.files === 'object') return cache;
  } catch {
    // None yet, or one that was cut off: every file is parsed.
  }
  return { parser: '', files: {} };
}

function writeCache(path: string, cache: Cache): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(cache));
    renameSync(temporary, path);
  } catch {
    // It saves milliseconds: a read-only workspace works without it.
  }
}
