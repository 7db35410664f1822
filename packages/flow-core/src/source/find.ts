/** Finds flow files: by name, through an index that is kept and checked by time stamps. */
import {
  type Dirent,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FlowError, suggest } from '../definition/errors';
import { makeFolder } from '../environment/make-folder';
import { isForeign, isShared } from '../environment/owners';
import { sweepTemporary, temporaryName } from '../environment/temporary';

/** What the index knows of a file: its stamp, and the names of the flows in it. */
interface IndexedFile {
  stamp: string;
  names: string[];
}
/** Folders by their path from the workspace. A folder's time changes when an entry comes or goes. */
interface IndexedFolder {
  time: number;
  folders: string[];
  files: string[];
}
interface FlowIndex {
  version: 1;
  folders: Record<string, IndexedFolder>;
  files: Record<string, IndexedFile>;
}

const IGNORED = new Set(['node_modules', 'dist', 'build', 'coverage', 'tmp']);
export const FLOW_FILE = /\.flow\.[cm]?tsx?$/;
/** `--flow` is a path when it looks like one. */
const LIKE_A_PATH = /[\\/]|\.[cm]?[jt]sx?$/;

export function looksLikeFile(flow: string): boolean {
  return LIKE_A_PATH.test(flow);
}

/** The name that a flow file has by its own name: `movies.flow.ts` is `movies`. */
export function stem(file: string): string {
  return basename(file)
    .replace(FLOW_FILE, '')
    .replace(/\.[cm]?[jt]sx?$/, '');
}

/**
 * The file of a flow, by its path or by its name.
 * @throws FlowError FLOW_NOT_FOUND, FLOW_AMBIGUOUS
 */
export async function findFlowFile(flow: string, cwd: string, workspace: string): Promise<string> {
  if (looksLikeFile(flow)) {
    const file = resolve(cwd, flow);
    if (existsSync(file) && statSync(file).isFile()) return file;
    throw new FlowError(
      'FLOW_NOT_FOUND',
      `There is no file ${file}. Give a flow's file (movies.flow.ts) or its name (movies).`,
    );
  }
  const flows = await indexFlows(workspace);
  const claiming = flows.filter(({ name }) => name === flow).map(({ file }) => file);
  if (claiming.length === 1) return claiming[0] as string;
  if (claiming.length > 1) {
    const files = claiming.map((file) => relative(workspace, file)).join(' and ');
    throw new FlowError(
      'FLOW_AMBIGUOUS',
      `The name "${flow}" is claimed by ${files}: give the file instead, or rename one.`,
    );
  }
  throw new FlowError(
    'FLOW_NOT_FOUND',
    `There is no flow "${flow}" in ${workspace}. ${suggest(flow, new Set(flows.map(({ name }) => name)), 'It has no *.flow.ts file.')}`,
  );
}

/**
 * Every flow of the workspace. Only what changed since the last look is read again. Where everybody can write, as in
 * the folder for temporary files, only the user's own folders and files count: `check` executes what is found.
 */
export async function indexFlows(workspace: string): Promise<{ name: string; file: string }[]> {
  const path = join(workspace, '.flow', 'index.json');
  const shared = isShared(workspace);
  const before = shared ? noIndex() : readIndex(path);
  const after = noIndex();
  let changed = false;
  const found: string[] = [];
  const visit = (folder: string) => {
    const absolute = join(workspace, folder);
    let time: number;
    try {
      const stats = statSync(absolute);
      if (shared && folder !== '' && isForeign(stats)) return;
      time = stats.mtimeMs;
    } catch {
      changed = true;
      return;
    }
    let known = before.folders[folder];
    if (known?.time !== time) {
      const entries = entriesOf(absolute);
      known = { time: entries && settled(time) ? time : -1, ...(entries ?? { folders: [], files: [] }) };
      changed = true;
    }
    after.folders[folder] = known;
    for (const file of known.files) found.push(join(folder, file));
    // The file system's root contains everything: only the files directly in it are searched.
    if (dirname(absolute) === absolute) return;
    for (const child of known.folders) visit(join(folder, child));
  };
  visit('');
  const flows: { name: string; file: string }[] = [];
  for (const file of found) {
    const absolute = join(workspace, file);
    const entry = await namesOf(absolute, before.files[file], shared);
    if (!entry) continue;
    if (entry !== before.files[file]) changed = true;
    after.files[file] = entry;
    for (const name of entry.names) flows.push({ name, file: absolute });
  }
  unkept = changed ? { path, index: after, flows: flows.length } : undefined;
  return flows;
}

/** What the last look found, if the file of the index says something else. */
let unkept: { path: string; index: FlowIndex; flows: number } | undefined;

/**
 * Writes what {@link indexFlows} found, for the next command. Not called by a command that is refused.
 * @param makes The folder may be made for it. A folder without flows, such as one where the command ran by mistake, does
 * not become a workspace by it.
 */
export function keepIndex(makes: boolean): void {
  if (unkept && (existsSync(dirname(unkept.path)) || (makes && unkept.flows > 0)))
    writeIndex(unkept.path, unkept.index);
  unkept = undefined;
}

/**
 * Whether any later change gets another time stamp. File systems count in steps of up to 10 ms on Linux: a file
 * that has just changed may change again within the same step, so it is read again the next time.
 */
function settled(time: number): boolean {
  return Math.abs(Date.now() - time) > 50;
}

/** The entries of a folder. Undefined when it may not be read or is gone. */
function entriesOf(folder: string): { folders: string[]; files: string[] } | undefined {
  const folders: string[] = [];
  const files: string[] = [];
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
  for (const entry of entries) {
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && !IGNORED.has(entry.name)) folders.push(entry.name);
    } else if (FLOW_FILE.test(entry.name)) files.push(entry.name);
  }
  return { folders, files };
}

/** The flow names in a file. The parser is loaded only when the text no longer shows the known names. */
async function namesOf(
  file: string,
  known: IndexedFile | undefined,
  shared: boolean,
): Promise<IndexedFile | undefined> {
  let stamp: string;
  try {
    const stats = statSync(file);
    if (shared && isForeign(stats)) return undefined;
    const { mtimeMs, size } = stats;
    stamp = settled(mtimeMs) ? `${mtimeMs}-${size}` : '';
  } catch {
    return undefined;
  }
  if (stamp !== '' && known?.stamp === stamp) return known;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // A file that may not be read is found by its stem too.
    return { stamp: '', names: [stem(file)] };
  }
  const calls = [...text.matchAll(/\bflow\s*(?:<[^>]*>)?\(\s*(['"`])([^'"`$]*)\1/g)].map(
    (match) => match[2] as string,
  );
  if (known && known.names.length === calls.length && known.names.every((name, i) => name === calls[i])) {
    return { stamp, names: known.names };
  }
  try {
    const { parseFlowSource } = await import('./parse');
    const names = [...new Set(parseFlowSource(file, text).map(({ name }) => name))];
    return { stamp, names: names.length > 0 ? names : [stem(file)] };
  } catch {
    // A file that does not parse is still found by its stem, so that running it reports what is wrong.
    return { stamp, names: [stem(file)] };
  }
}

function readIndex(path: string): FlowIndex {
  try {
    const index = JSON.parse(readFileSync(path, 'utf8'));
    if (index?.version === 1 && index.folders && index.files) return index;
  } catch {
    // No index yet, or one that was cut off: look everywhere.
  }
  return noIndex();
}

const noIndex = (): FlowIndex => ({ version: 1, folders: {}, files: {} });

function writeIndex(path: string, index: FlowIndex): void {
  try {
    const folder = dirname(path);
    makeFolder(folder);
    sweepTemporary(folder);
    const temporary = join(folder, temporaryName());
    writeFileSync(temporary, JSON.stringify(index), { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    // The index is a convenience: a read-only workspace works without it.
  }
}
