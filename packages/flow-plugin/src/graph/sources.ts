/** The flows in each file, parsed again only when the file or the parser changed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import type { SourceFlow } from '@nx-flow/core/source';
import { FileCache } from '../nx/file-cache';

/** A flow as its source shows it. */
export interface FlowSource extends Pick<SourceFlow, 'name' | 'inputs'> {
  steps: { name: string; kind: string }[];
  /** The steps that have targets, each with the steps before it: none of their ancestors is computed. */
  known: KnownStep[];
  /** Secrets of its steps that its `inputs` name. They are left out of `inputs` here: Nx would hash them. */
  hashed?: string[];
}

export interface KnownStep {
  name: string;
  kind: string;
  after: string[];
  /** Whether its `resources` name a gpu. */
  gpu?: true;
}

export interface SourceFile {
  file: string;
  /** Of its text. Empty when it does not parse. */
  hash: string;
  flows: FlowSource[];
  /** Why it does not parse: file:line:column and the reason. `flows` are then those of the last good parse. */
  error?: string;
  /** This data could not be saved, so nothing can be published for it before tasks are hashed. */
  lost?: true;
}

interface Cached {
  hash: string;
  flows: FlowSource[];
  /** Other files with steps, absolute, with their hashes; null for a missing one. */
  others?: Record<string, string | null>;
}

/** `files` are paths from the workspace's root. A file that has gone meanwhile is left out. */
export async function readSources(files: readonly string[], workspace: string): Promise<SourceFile[]> {
  const cache = new FileCache<Cached>(workspace, 'sources');
  const sources: SourceFile[] = [];
  for (const file of files) {
    const text = textOf(join(workspace, file));
    if (text === undefined) continue;
    const hash = hashOf(text);
    let cached = cache.get(file);
    let error: string | undefined;
    if (cached?.hash !== hash || !sameFiles(cached.others)) {
      try {
        // The parser is a native module. It is loaded only when a file has changed, and may not be installed.
        const source = await import('@nx-flow/core/source');
        const read = source.readFlowFiles(join(workspace, file), workspace, text);
        const flows = named(read.flows, source);
        // A flow that the parser does not find (its name is computed, say) still gets its file's name.
        cached = {
          hash,
          flows: flows.length > 0 ? flows : [nothing(file)],
          ...(read.others.length > 0 ? { others: hashesOf(read.others) } : {}),
        };
      } catch (thrown) {
        const message = thrown instanceof Error ? thrown.message : String(thrown);
        error = message.replaceAll(`${workspace}${sep}`, '').replace(/\.$/, '');
        cached = { hash: '', flows: cache.last(file)?.flows ?? [broken(file)] };
      }
    }
    cache.set(file, cached);
    sources.push({ file, hash: cached.hash, flows: cached.flows, ...(error === undefined ? {} : { error }) });
  }
  return cache.write() ? sources : sources.map((source) => ({ ...source, lost: true }));
}

/** Drops names that the flow's rules refuse from paths and targets: `../x` would lead out of the folder. */
function named(
  flows: readonly SourceFlow[],
  { isUsableName, knownSteps, parentsOf }: typeof import('@nx-flow/core/source'),
): FlowSource[] {
  return flows
    .filter(({ name }) => isUsableName(name))
    .map((flow) => {
      const steps = flow.steps.filter(({ name }) => isUsableName(name));
      const known = steps.length < flow.steps.length ? [] : knownSteps(flow);
      return {
        name: flow.name,
        ...withoutSecrets(flow),
        steps: steps.map(({ name, kind }) => ({ name, kind })),
        known: known.map((s) => ({
          ...{ name: s.name, kind: s.kind, after: parentsOf(s) },
          ...(needsGpu(s.options.resources) ? { gpu: true as const } : {}),
        })),
      };
    });
}

/** The flow's inputs but for secrets of its steps, as far as these are written out. */
function withoutSecrets({ inputs, steps }: SourceFlow): Pick<FlowSource, 'inputs' | 'hashed'> {
  if (inputs === undefined || inputs === 'computed') return inputs ? { inputs } : {};
  const secrets = new Set(
    steps.flatMap(({ options: { secrets: named } }) => (Array.isArray(named) ? named : [])),
  );
  const hashed = inputs.flatMap((input) =>
    typeof input !== 'string' && secrets.has(input.env) ? [input.env] : [],
  );
  if (hashed.length === 0) return { inputs };
  return { inputs: inputs.filter((input) => typeof input === 'string' || !secrets.has(input.env)), hashed };
}

/** `{ gpu: 1 }`, or `{ 'nvidia.com/gpu': 2 }` as in Kubernetes. */
function needsGpu(resources: unknown): boolean {
  return Object.entries(resources ?? {}).some(([name, amount]) => /gpu/i.test(name) && Number(amount) > 0);
}

/** The sources of the last project graph. Before tasks are executed, it is the current one. */
export function lastSources(workspace: string): SourceFile[] {
  return new FileCache<Cached>(workspace, 'sources')
    .all()
    .map(([file, { hash, flows }]) => ({ file, hash, flows }));
}

/** A flow with its file's name, reduced to letters that a path can have. */
function nothing(file: string): FlowSource {
  const stem = basename(file).replace(/\.flow\.[cm]?tsx?$/, '');
  return { name: stem.replace(/[^\w-]+/g, '-').slice(0, 100) || 'flow', steps: [], known: [] };
}

/** An unknown flow. It has a target for `end`, so that executing it (in CI, say) reports the parse error. */
function broken(file: string): FlowSource {
  const end = { name: 'end', kind: 'end' };
  return { ...nothing(file), known: [{ ...end, after: [] }] };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

function hashesOf(files: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    files.map((file) => {
      const text = textOf(file);
      return [file, text === undefined ? null : hashOf(text)];
    }),
  );
}

function sameFiles(others: Cached['others'] = {}): boolean {
  const now = hashesOf(Object.keys(others));
  return Object.entries(others).every(([file, hash]) => now[file] === hash);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
