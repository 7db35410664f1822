/** The flows in each file, parsed again only when the file or the parser changed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFlow } from '@nx-flow/core/source';
import { FileCache } from './cache';

/** A flow as its source shows it. */
export interface FlowSource extends Pick<SourceFlow, 'name' | 'inputs'> {
  steps: { name: string; kind: string }[];
  /** The steps that have targets: all that stands before them is written out. With the steps before each. */
  known: { name: string; kind: string; after: string[] }[];
}

export interface SourceFile {
  file: string;
  flows: FlowSource[];
  /** Why it does not parse: file:line:column and the reason. `flows` is then what it had when it last did. */
  error?: string;
}

interface Cached {
  hash: string;
  flows: FlowSource[];
}

/** `files` are paths from the workspace's root. A file that is gone meanwhile is left out. */
export async function readSources(files: readonly string[], workspace: string): Promise<SourceFile[]> {
  const cache = new FileCache<Cached>(workspace, 'sources');
  const sources: SourceFile[] = [];
  for (const file of files) {
    const text = textOf(join(workspace, file));
    if (text === undefined) continue;
    const hash = createHash('sha256').update(text).digest('hex');
    let cached = cache.get(file);
    let error: string | undefined;
    if (cached?.hash !== hash) {
      // The parser is a native module: it is loaded when a file has changed, and only then.
      const { knownSteps, parentsOf, parseFlowSource, stem } = await import('@nx-flow/core/source');
      try {
        const flows = parseFlowSource(file, text).map(
          (flow): FlowSource => ({
            name: flow.name,
            ...(flow.inputs ? { inputs: flow.inputs } : {}),
            steps: flow.steps.map(({ name, kind }) => ({ name, kind })),
            known: knownSteps(flow).map((s) => ({ name: s.name, kind: s.kind, after: parentsOf(s) })),
          }),
        );
        // A flow that the parser does not find (its name is computed, say) still goes by its file's name.
        cached = { hash, flows: flows.length > 0 ? flows : [nothing(stem(file))] };
      } catch (thrown) {
        error = thrown instanceof Error ? thrown.message : String(thrown);
        cached = { hash: '', flows: cache.last(file)?.flows ?? [nothing(stem(file))] };
      }
    }
    cache.set(file, cached);
    sources.push({ file, flows: cached.flows, ...(error === undefined ? {} : { error }) });
  }
  cache.write();
  return sources;
}

/** What the graph was made of last: before tasks are executed, that is now. */
export function lastSources(workspace: string): SourceFile[] {
  return new FileCache<Cached>(workspace, 'sources').all().map(([file, { flows }]) => ({ file, flows }));
}

const nothing = (name: string): FlowSource => ({ name, steps: [], known: [] });

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
