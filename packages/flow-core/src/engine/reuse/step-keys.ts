/**
 * What is known of a step's tasks before they are executed, as one digest: tasks with different keys are never the same.
 * What they read is known afterwards only: see `looked.ts`.
 */
import { createHash } from 'node:crypto';
import { children, type Graph, type StepNode } from '../../definition/graph';
import { STEP_OPTIONS, type StepOptionName } from '../../definition/options';
import type { Fingerprints, StepFingerprint } from '../../source/fingerprint';

export interface StepKey {
  digest: string;
  /** Its parts in short, by a name for people: they tell which of them differs. */
  of: Record<string, string>;
  /** Why no task of the step is ever taken over. */
  never?: string;
}

/** What steps see besides code, artifacts and parameters. */
export interface Seen {
  /** Digest of the files among the flow's declared inputs. */
  files: string;
  /** Digests of the variables among them, as text. Absent where there are none. */
  environment?: string | undefined;
}

/** Goes up when equal tasks get other keys. */
const FORMAT = 1;

export function stepKeys(graph: Graph, code: Fingerprints, seen: Seen): Map<string, StepKey> {
  return new Map(
    [...graph.steps].map(([name, node]) => {
      const own = (Object.hasOwn(code.steps, name) ? code.steps[name] : undefined) ?? code.other;
      const never = neverTaken(own, node);
      const key = stepKey(graph, node, `${code.format} ${own.digest}`, seen);
      return [name, never === undefined ? key : { ...key, never }];
    }),
  );
}

/** @param code equal for equal code, whatever makes it */
export function stepKey(
  graph: Graph,
  node: StepNode,
  code: string,
  { files, environment = '' }: Seen,
): StepKey {
  const parts = {
    'the code': code,
    'the declared files': files,
    'the environment': environment,
    'the options': declaredOf(graph, node),
  };
  return {
    digest: sha256(JSON.stringify([FORMAT, node.name, Object.values(parts)])),
    of: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, sha256(part).slice(0, 16)])),
  };
}

/** What the code cannot say: it goes on outside of what a fingerprint covers, or sees what no key holds. */
function neverTaken({ open, reads }: StepFingerprint, { options }: StepNode): string | undefined {
  if (options.cache === false) return 'its option `cache` is false';
  const loose = Object.entries(options.packages ?? {}).find(([, version]) => !EXACT.test(version));
  if (loose) return `its package ${loose.join('@')} is no exact version`;
  if (open.length > 0) return `it loads code by a computed name (${open[0]})`;
  if (reads.user) return 'its code mentions `current`';
  if (reads.runs) return 'its code mentions `client`';
  return undefined;
}

/** A version that npm always installs as the same. */
const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?$/;

/** Options that decide when a task runs and how often, never what it returns. */
const ABOUT_TIME: readonly string[] = ['retry', 'timeout'] satisfies StepOptionName[];

/** What was declared, as it is now: a computed value, or one of `--with`, is in no text of the code. */
function declaredOf(graph: Graph, node: StepNode): string {
  const { kind, inputs, over, empty, share, on, cases, while: goesOn, max } = node;
  const options = Object.entries(node.options)
    .filter(([name]) => STEP_OPTIONS[name as StepOptionName]?.inKey && !ABOUT_TIME.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const splits = children(graph, node.name).flatMap(({ node: child, edge }) =>
    child.kind === 'foreach' ? [[child.over, child.empty, edge.when]] : [],
  );
  return JSON.stringify([
    ...[kind, inputs, over, empty, share, on, cases, goesOn, max, options, splits],
    // A step can ask which parameters there are.
    Object.keys(graph.params).sort(),
    graph.codecs?.map(({ id, version }) => [id, version]),
  ]);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
