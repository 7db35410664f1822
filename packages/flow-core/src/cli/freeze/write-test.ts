/** `--freeze`: writes a test that spins the step on the inputs of this spin, with large values as files beside it. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { FlowError } from '../../definition/errors';
import { graphOf } from '../../definition/flow';
import { typed } from '../../engine/freeze/expected';
import { fixtureOf, readFixtureBytes } from '../../engine/freeze/fixture';
import { Code, literalOf, quoted } from '../../engine/freeze/literal';
import { parseSize } from '../../engine/housekeeping/policy';
import { type DigestedValue, type Frozen, shaped } from '../../session/freeze';
import type { FileSession } from '../../session/session';
import { importModule } from '../../source/load';
import { isLater } from '../../store/values/later';
import { size } from '../render/table';
import { canBeImported, importPath, isCommonJs, isJavaScript, type TestPlace } from './place';
import { testText } from './test-text';

/** Characters of a value that stands in the test itself. */
const INLINE = 1000;

/** Characters of one whose parts two executions gave differently: no file can hold such an expectation. */
const INLINE_DIFFERING = 20_000;

/** What all files of a test take at most, unless `--max-size` says otherwise. Bytes. */
export const MOST = 1e6;

export interface WrittenFile {
  /** From the workspace's root. */
  file: string;
  size: number;
}

interface Writing {
  session: FileSession;
  place: TestPlace;
  frozen: Frozen;
  step: string;
  command: string;
  mostBytes: number;
}

/** @throws FlowError FLOW_FREEZE, FLOW_FREEZE_SIZE: nothing is written then */
export async function writeTest({
  session,
  place,
  frozen,
  step,
  command,
  mostBytes,
}: Writing): Promise<{ files: WrittenFile[]; typed: string[] }> {
  const { graph, workspace } = session;
  const fixtures = new Map<string, Uint8Array>();
  const differing = [...frozen.typed];
  /** The value itself where it is small, else code that reads a fixture. */
  const coded = async (prefix: string, name: string, { value, digest }: Partial<DigestedValue>) => {
    const literal = literalOf(value);
    const most = digest === undefined ? INLINE_DIFFERING : INLINE;
    if (literal !== undefined && literal.length <= most) return value;
    if (digest === undefined) return typed(value, value);
    const { ending, bytes } = await fixtureOf(value, digest, graph.codecs);
    if (prefix !== '' && isLater(readFixtureBytes(Buffer.from(bytes), ending === '.json', graph.codecs))) {
      differing.push(name);
      return new Code('expect.anything()');
    }
    return new Code(`fixture(${quoted(fileFor(fixtures, `${prefix}${name}`, ending, bytes))})`);
  };
  const inputs = await Promise.all(
    frozen.inputs.map((given) => codedAll(Object.entries(given), (name, value) => coded('', name, value))),
  );
  const outputs = await codedAll(
    frozen.outputs.map((output) => [output.name, output] as const),
    (name, output) => coded('expected.', name, output),
  );
  for (const [name, value] of Object.entries(frozen.params)) {
    if (literalOf(value) === undefined) {
      const message = `The parameter "${name}" cannot be written into a test: give it another value.`;
      throw new FlowError('FLOW_FREEZE', message, { exit: 1 });
    }
  }
  const text = testText({
    ...{
      command,
      step,
      runner: place.runner,
      outputs,
      typed: differing,
      flow: graph.flow,
      shape: frozen.shape,
    },
    ...{ origin: frozen.origin, params: frozen.params, artifacts: shaped(inputs, frozen.shape) },
    importsGlobals: canImport('@jest/globals', place.file),
    // A test runner would load other versions of the step's packages.
    imported:
      graph.steps.get(step)?.options.packages || !canBeImported(session.file, place.runner)
        ? undefined
        : await exportOf(session, place),
    isTyped: !isJavaScript(place.file),
    // Vitest cannot be required.
    requires: isJavaScript(place.file) && place.runner === 'jest' && isCommonJs(session.file),
    flowFile: relative(dirname(place.file), session.file),
    fixtures: basename(place.fixtures),
    usesFixtures: fixtures.size > 0,
  });
  const files = new Map<string, string | Uint8Array>([
    [place.file, text],
    ...[...fixtures].map(([name, bytes]) => [join(place.fixtures, name), bytes] as const),
  ]);
  requireSmall(files, mostBytes);
  return { files: writeAll(files, place, workspace), typed: differing };
}

async function codedAll<V>(
  entries: readonly (readonly [string, V])[],
  code: (name: string, value: V) => Promise<unknown>,
) {
  const all: [string, unknown][] = [];
  for (const [name, value] of entries) all.push([name, await code(name, value)]);
  return Object.fromEntries(all);
}

/** A file of these bytes: the inputs of a join have the same, and what a step passes on is an input, too. */
function fileFor(fixtures: Map<string, Uint8Array>, name: string, ending: string, bytes: Uint8Array): string {
  for (const [file, there] of fixtures) if (Buffer.from(there).equals(bytes)) return file;
  const safe = name.replace(/[^\w.-]/g, '_');
  for (let n = 1; ; n++) {
    const file = `${safe}${n === 1 ? '' : `-${n}`}${ending}`;
    if (fixtures.has(file)) continue;
    fixtures.set(file, bytes);
    return file;
  }
}

/** How a module names the flow. */
async function exportOf(
  { file, graph }: FileSession,
  place: TestPlace,
): Promise<{ name: string; from: string }> {
  const { exported } = await importModule(file);
  const names = Object.keys(exported).sort((a, b) => Number(b === 'default') - Number(a === 'default'));
  const name = names.find((one) => isFlow(exported[one], graph.flow)) ?? 'default';
  return { name, from: importPath(place.file, file) };
}

function isFlow(value: unknown, flow: string): boolean {
  return graphOf(value)?.flow === flow;
}

function canImport(name: string, from: string): boolean {
  try {
    createRequire(from).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function requireSmall(files: ReadonlyMap<string, string | Uint8Array>, most: number): void {
  const sizes = [...files].map(([file, content]) => [basename(file), Buffer.byteLength(content)] as const);
  const all = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  if (all <= most) return;
  const [largest] = [...sizes].sort(([, a], [, b]) => b - a) as [(typeof sizes)[number]];
  throw new FlowError(
    'FLOW_FREEZE_SIZE',
    `The test and its files take ${size(all)}, ${size(largest[1])} of it ${largest[0]}: nothing was written. --max-size="${size(all * 1.1)}" allows it.`,
    { exit: 1 },
  );
}

/** What was there before is replaced; where it fails, nothing new is left. */
function writeAll(
  files: ReadonlyMap<string, string | Uint8Array>,
  { fixtures }: TestPlace,
  workspace: string,
): WrittenFile[] {
  const written: WrittenFile[] = [];
  try {
    rmSync(fixtures, { recursive: true, force: true });
    for (const [file, content] of [...files].reverse()) {
      mkdirSync(dirname(file), { recursive: true });
      // A link is replaced, not what it leads to.
      rmSync(file, { force: true });
      writeFileSync(file, content);
      written.unshift({ file: relative(workspace, file), size: Buffer.byteLength(content) });
    }
    return written;
  } catch (error) {
    if (existsSync(fixtures)) rmSync(fixtures, { recursive: true, force: true });
    const { code, path } = error as NodeJS.ErrnoException;
    throw new FlowError(
      'FLOW_FREEZE_PLACE',
      `${path ?? fixtures} cannot be written (${code}): give another file.`,
      {
        exit: 1,
      },
    );
  }
}

/** @throws FlowError FLOW_OPTION */
export function mostBytesOf(given: string | undefined): number {
  if (given === undefined) return MOST;
  const bytes = parseSize(given);
  if (bytes !== undefined) return bytes;
  throw new FlowError('FLOW_OPTION', `--max-size takes a size such as "10 MB", not "${given}".`);
}
